/** How many days a product may last; at most a hundred years. */
export const shelfLifeDays = { least: 1, most: 36_500 } as const;
