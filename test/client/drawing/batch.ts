/** Numbers that are drawn at once, and lost when a process dies in between. */
export const batch = 20;
