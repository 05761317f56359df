// Written by `npm run client:types` from openapi.json.

export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the service and its database answer */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures of the whole service, for Prometheus */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What needs attention, and what did
         * @description Alerts are opened and closed by themselves, about once a minute. Closed ones are kept for 90 days.
         */
        get: operations["listAlerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All API keys */
        get: operations["listApiKeys"];
        put?: never;
        /** Make an API key */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An API key */
        get: operations["getApiKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revoke an API key at once */
        post: operations["revokeApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a key with the same rights in place of another */
        post: operations["rotateApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was changed, by whom, from where and when
         * @description One event for each change, with what was before and after. Draws leave none: the ledger has them.
         */
        get: operations["listAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/seals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The chain of seals over the audit and the ledger
         * @description A seal is made of what was written since the one before, a minute or two later. Each has a digest of its rows and of the seal before.
         */
        get: operations["listAuditSeals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the audit and the ledger are as they were sealed
         * @description Reads every row of the seals from from_seal to to_seal again and compares. Where there is more than one call can do, next_seal says where to go on.
         */
        get: operations["verifyAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All counts */
        get: operations["listCounts"];
        put?: never;
        /** Make the draft of an inventory count */
        post: operations["createCount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/counts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A count beside what is recorded */
        get: operations["getCount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/counts/{id}/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the lots that are missing, once */
        post: operations["applyCount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All imports */
        get: operations["listImports"];
        put?: never;
        /** Import a file of Odoo, Frappe or ERPNext */
        post: operations["createImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where an import stands, and what its rows came to */
        get: operations["getImport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rows that an import left out */
        get: operations["listImportRows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All jobs */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a job stands */
        get: operations["getJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a job and void what it has not recorded */
        post: operations["cancelJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a failed job on from where it stopped */
        post: operations["retryJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/skipped": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The names that a job left out */
        get: operations["listSkipped"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leases */
        get: operations["listLeases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A lease and what is open of it */
        get: operations["getLease"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/burn": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Burn what is open of a lease whose holder is lost */
        post: operations["burnLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/give-back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give back what is not used of a lease: it is void from then on */
        post: operations["giveBackLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a lease last longer */
        post: operations["renewLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/leases/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report numbers of a lease as used, at any time */
        post: operations["reportLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/lots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find lots */
        get: operations["listLots"];
        put?: never;
        /** Record lots: any mix of products, from 1 to 10,000,000 */
        post: operations["createLots"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/lots/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change many lots of a product, all or none */
        post: operations["changeLots"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/naming-series/next": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The next names of a Frappe naming series */
        post: operations["nextNames"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All products */
        get: operations["listProducts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{sku}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A product and its next name */
        get: operations["getProduct"];
        /** Make or replace a product */
        put: operations["putProduct"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{sku}/lots/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One lot */
        get: operations["getLot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a lot */
        patch: operations["changeLot"];
        trace?: never;
    };
    "/v1/products/{sku}/lots/{name}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every change of a lot */
        get: operations["listHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recalls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All recalls */
        get: operations["listRecalls"];
        put?: never;
        /** Open a recall */
        post: operations["openRecall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recalls/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A recall and what it covers */
        get: operations["getRecall"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recalls/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Close a recall */
        post: operations["closeRecall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recalls/{id}/lots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every lot that a recall covers, and where it went */
        get: operations["listRecallLots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All receipts */
        get: operations["listReceipts"];
        put?: never;
        /** Receive a delivery: its lots are made, grow or come back */
        post: operations["createReceipt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/receipts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A receipt with its lines and its job */
        get: operations["getReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/receipts/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a receipt back, as long as none of its lots was touched */
        post: operations["cancelReceipt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reservations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A reservation and what is still open of it */
        get: operations["getReservation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reservations/{id}/names": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All names of a reservation, as a stream */
        get: operations["listNames"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reservations/{id}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Void numbers that will not be used */
        post: operations["voidReservation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a name comes from */
        get: operations["resolveName"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All sequences */
        get: operations["listSequences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A sequence and where its counter stands */
        get: operations["getSequence"];
        /** Make or replace a sequence */
        put: operations["putSequence"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of every number that the counter has passed */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}/account/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account run by run: each number that the counter has passed stands in one */
        get: operations["listAccountRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}/advance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move a counter forward */
        post: operations["advanceSequence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}/fence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move all counters of a sequence past numbers that were given and are not known any more */
        post: operations["fenceSequence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How long a sequence has numbers
         * @description Of the present period, or of the series that is named, by what was reserved in the last hour, day and week. Numbers that were skipped or fenced are used, and count for no rate.
         */
        get: operations["getForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}/leases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lease a run of numbers to draw from alone */
        post: operations["openLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that happened to the numbers of a sequence */
        get: operations["listLedger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The names that come next; draws nothing */
        get: operations["previewSequence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}/reservations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reserve a run of numbers */
        post: operations["createReservation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sequences/{key}/rewind": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a counter back over numbers that nobody was given */
        post: operations["rewindSequence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant's settings */
        get: operations["getSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the tenant's settings */
        patch: operations["changeSettings"];
        trace?: never;
    };
    "/v1/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls, numbers and lots by minute, hour or day
         * @description What happened to numbers and lots is exact, and a minute or two old: `until` says up to when. Calls are told some seconds later. Minutes are kept for 2 days, hours for 60, days for 800. Where nothing happened there is no row.
         */
        get: operations["listStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stats/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls that took long, failed or were refused
         * @description Those that took longer than a second, those that failed (500 or more), and of those that were refused alike within some seconds one. Kept for 7 days, the newest 1,000.
         */
        get: operations["listNotableCalls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All webhooks */
        get: operations["listWebhooks"];
        put?: never;
        /** Make a webhook: an address that events are sent to */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A webhook */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change, disable or enable a webhook
         * @description What waits to be sent to a webhook is given up when it is disabled.
         */
        patch: operations["changeWebhook"];
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was sent to a webhook, and what came of it
         * @description Kept for 30 days.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries/{delivery}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A delivery, with the body that it sends */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries/{delivery}/repeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a delivery once more, with the same id and body */
        post: operations["repeatDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove a webhook */
        post: operations["removeWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a webhook a new secret */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a webhook an event to try it out */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Account: {
            sequence: string;
            series: string | null;
            /**
             * @description What the counter has passed: reserved, skipped, burned and in_flight together.
             * @example 1
             */
            passed: string;
            /**
             * @description taken, open, on_lease, unreported, given_back and voided together.
             * @example 1
             */
            reserved: string;
            /**
             * @description Recorded by jobs, or about to be.
             * @example 1
             */
            taken: string;
            /**
             * @description Given to a caller, neither recorded nor voided.
             * @example 1
             */
            open: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            on_lease: string;
            /**
             * @description Of expired leases whose holder has not told of them yet.
             * @example 1
             */
            unreported: string;
            /**
             * @description Void: given back by a lease's holder.
             * @example 1
             */
            given_back: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            voided: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            skipped: string;
            /**
             * @description Left by crashes of the database, or of leases: not reported for long, or burned by hand.
             * @example 1
             */
            burned: string;
            /**
             * @description Of draws that are just being made.
             * @example 1
             */
            in_flight: string;
            /**
             * @description Of the series that is asked for, or else of the present one; null when no number is left, or when documents tell which series is meant.
             * @example 1
             */
            next: string | null;
        };
        AccountRun: {
            series: string | null;
            /** @enum {string} */
            state: "taken" | "open" | "on_lease" | "unreported" | "given_back" | "voided" | "skipped" | "fenced" | "burned" | "in_flight";
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            first: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            last: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            step: string;
            count: number;
            first_name: string | null;
            last_name: string | null;
            reservation: string | null;
            lease: string | null;
            holder: string | null;
            reason: string | null;
            /** @description Since when it is so. */
            at: string | null;
        };
        Alert: {
            id: string;
            /** @enum {string} */
            kind: "sequence_exhaustion_near" | "job_stuck" | "job_failed" | "lease_unreported" | "errors_rising" | "operations_slow" | "audit_chain_broken" | "webhook_disabled";
            /** @description What it is about: a sequence, the id of a job, an operation. */
            subject: string;
            /** @enum {string} */
            status: "open" | "closed";
            opened_at: string;
            closed_at: string | null;
            /** @description As they were when it was opened, by its kind. */
            facts: {
                [key: string]: unknown;
            };
        };
        ApiKey: {
            id: string;
            name: string;
            /**
             * @description What its text begins with.
             * @example smk_live_
             */
            prefix: string;
            /** @description What its text ends with. */
            last_four: string;
            scopes: ("reserve" | "lots:read" | "lots:write" | "sequences:write" | "admin")[];
            sequences: string[] | null;
            products: string[] | null;
            quota: components["schemas"]["Quota"];
            /** @enum {string} */
            status: "active" | "expired" | "revoked";
            created_at: string;
            expires_at: string | null;
            revoked_at: string | null;
            /** @description The key that took its place. */
            replaced_by: string | null;
            /** @description To the minute. */
            last_used_at: string | null;
        };
        /**
         * @example {
         *       "name": "storefront",
         *       "scopes": [
         *         "reserve"
         *       ]
         *     }
         */
        ApiKeyInput: {
            /**
             * @description What the ledger and histories show for what it does.
             * @example storefront
             */
            name: string;
            scopes: ("reserve" | "lots:read" | "lots:write" | "sequences:write" | "admin")[];
            /**
             * @description The only sequences that it may use; null: any.
             * @default null
             */
            sequences?: string[] | null;
            /**
             * @description The only products that it may use; null: any.
             * @default null
             */
            products?: string[] | null;
            quota?: components["schemas"]["QuotaInput"];
            /**
             * Format: date-time
             * @description From then on it works no more; null: it does not expire.
             * @default null
             */
            expires_at?: string | null;
        };
        AuditEvent: {
            /** @description When the call reached the database. */
            at: string;
            /** @enum {string} */
            action: "sequence.created" | "sequence.changed" | "sequence.advanced" | "sequence.rewound" | "sequence.fenced" | "naming_series.bound" | "naming_series.changed" | "reservation.voided" | "lease.renewed" | "lease.reported" | "lease.given_back" | "lease.burned" | "product.created" | "product.changed" | "settings.changed" | "tenant.fenced" | "lots.created" | "lots.changed" | "lot.changed" | "receipt.created" | "receipt.cancelled" | "count.created" | "count.applied" | "recall.opened" | "recall.closed" | "import.begun" | "import.cancelled" | "job.cancelled" | "job.retried" | "api_key.created" | "api_key.rotated" | "api_key.revoked" | "webhook.created" | "webhook.changed" | "webhook.secret_rotated" | "webhook.removed" | "webhook.tested" | "webhook.delivery_repeated";
            /** @description Key, name or id of what was changed. */
            subject: string;
            /** @description Name of the API key. */
            api_key: string;
            api_key_id: string;
            /** @description IP address that the call came from; null when nothing in front told it. */
            address: string | null;
            /** @description The X-Request-Id of the call, which the log has as well. */
            request_id: string | null;
            /** @description What was changed, as its action has it. */
            facts: {
                [key: string]: unknown;
            };
        };
        AuditSeal: {
            number: number;
            /** @description The seal covers what was written after this time; null: from the beginning. */
            from: string | null;
            /** @description Up to this time. */
            to: string;
            events: number;
            /** @description Of the ledger. */
            entries: number;
            /** @description SHA-256. */
            digest: string;
            /** @description SHA-256. */
            previous: string;
            sealed_at: string;
        };
        AuditVerification: {
            intact: boolean;
            /** @description Seals that this call compared. */
            seals: number;
            /** @description Events and entries that stand in their spans. */
            rows: number;
            /** @description The last seal that this call compared; null: there was none. */
            last_seal: number | null;
            /** @description Its digest, to be kept elsewhere. */
            last_digest: string | null;
            /** @description Send it as from_seal to compare on; null: that was the last seal. */
            next_seal: number | null;
            /** @description What does not match, a missing digest first, then in the order of the seals; 20 at most. */
            breaks: {
                /** @description Null when no seal has the given digest. */
                seal: number | null;
                /** @enum {string} */
                what: "row_missing" | "row_added" | "row_unsealed" | "row_changed" | "seal_changed" | "seal_missing" | "digest_missing";
                from: string | null;
                to: string | null;
                events: {
                    sealed: number;
                    found: number;
                } | null;
                entries: {
                    sealed: number;
                    found: number;
                } | null;
            }[];
            sealed_until: string | null;
            /** @description Events and entries behind the last seal, counted up to 100,000 of each. */
            unsealed: number;
            /** @description The seal that has the given digest; null: none has. */
            digest_seal: number | null;
        };
        BurnInput: {
            /** @example the scanner was stolen */
            reason: string;
        };
        Count: {
            id: string;
            reference: string | null;
            /** @enum {string} */
            status: "draft" | "applied";
            at: string | null;
            created_at: string;
            applied_at: string | null;
            lines: {
                product: string;
                location: string | null;
                lot: string | null;
                /**
                 * @description A quantity, as a decimal string.
                 * @example 1
                 */
                counted_quantity: string;
                /**
                 * @description What is recorded of the line's lot, or of the available lots of its product at its location; of an applied count, what was before.
                 * @example 1
                 */
                recorded: string;
                /**
                 * @description What was counted less what is recorded, as a decimal string.
                 * @example -2
                 */
                difference: string;
                fields: {
                    [key: string]: string;
                } | null;
                produced_on: string | null;
                expires_on: string | null;
                /**
                 * @description Why applying the count did nothing for the line.
                 * @enum {string|null}
                 */
                skipped: "product_without_sequence" | "product_not_tracked" | null;
                /** @description Lots that its job records for the line. */
                new_lots: number;
                first_name: string | null;
                last_name: string | null;
            }[];
            /** @description Null when no lot is new. */
            job: components["schemas"]["Job"] | null;
        };
        CountApplyInput: {
            /**
             * @description Allows lots with names more than 100000 numbers beyond the counter.
             * @default false
             */
            allow_jump?: boolean;
        };
        CountInput: {
            /** @example INV-2026-11 */
            reference?: string;
            /**
             * @description RFC 3339 time with an offset, or a bare date. Now when left out.
             * @example 2026-11-21
             */
            at?: string;
            lines: components["schemas"]["CountLineInput"][];
        };
        CountLineInput: {
            /**
             * @description SKU of a product.
             * @example VALVE-20
             */
            product: string;
            /** @example A-12-3 */
            location?: string;
            /**
             * @description Without lot: units that carry no name yet, and are to get one. With lot: what is there of it.
             * @example 1
             */
            counted_quantity: string | number;
            /** @example SN-0000001 */
            lot?: string;
            /**
             * @example {
             *       "plant": "B7"
             *     }
             */
            fields?: {
                [key: string]: string | number;
            };
            /**
             * Format: date
             * @example 2027-11-21
             */
            produced_on?: string;
            /**
             * Format: date
             * @example 2027-11-21
             */
            expires_on?: string;
        };
        CountRow: {
            id: string;
            reference: string | null;
            /** @enum {string} */
            status: "draft" | "applied";
            at: string | null;
            created_at: string;
            applied_at: string | null;
            lines: number;
            job: string | null;
        };
        Delivery: {
            /** @description Of the event: the webhook-id that is sent. */
            id: string;
            /** @enum {string} */
            type: "job.done" | "job.failed" | "job.cancelled" | "receipt.done" | "receipt.cancelled" | "count.applied" | "alert.opened" | "alert.closed" | "webhook.test";
            /** @description Id or name of what it is about. */
            subject: string;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed";
            /** @description Begun since it was made or repeated. */
            attempts: number;
            created_at: string;
            last_attempt_at: string | null;
            next_attempt_at: string | null;
            /** @description Of the last attempt. */
            response_status: number | null;
            /** @description Of the last attempt. */
            duration_ms: number | null;
            last_error: string | null;
            /** @description What the answer began with. */
            response_excerpt: string | null;
            /** @description The body, the same at each attempt. */
            payload: string;
        };
        DeliveryRow: {
            /** @description Of the event: the webhook-id that is sent. */
            id: string;
            /** @enum {string} */
            type: "job.done" | "job.failed" | "job.cancelled" | "receipt.done" | "receipt.cancelled" | "count.applied" | "alert.opened" | "alert.closed" | "webhook.test";
            /** @description Id or name of what it is about. */
            subject: string;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed";
            /** @description Begun since it was made or repeated. */
            attempts: number;
            created_at: string;
            last_attempt_at: string | null;
            next_attempt_at: string | null;
            /** @description Of the last attempt. */
            response_status: number | null;
            /** @description Of the last attempt. */
            duration_ms: number | null;
            last_error: string | null;
            /** @description What the answer began with. */
            response_excerpt: string | null;
        };
        Fence: {
            sequence: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            by: string;
            reason: string;
            at: string;
            /** @description How many series were moved. */
            moved: number;
            /** @description The first 100 of them. */
            series: {
                series: string | null;
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                from: string;
                /**
                 * @description null: no number is left.
                 * @example 1
                 */
                to: string | null;
            }[];
            /** @description Where series begin that are not known, since they were begun in what was lost or not at all; null when there is none, or one series was fenced. */
            unknown_series: {
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                begin_at: string | null;
                /** @description The last period of which it holds. */
                until: string | null;
            } | null;
        };
        FenceInput: {
            /**
             * @description How many numbers each series goes on by: more than it can have given in what was lost. 1 or more.
             * @example 10000
             */
            by: string | number;
            /**
             * @description How far ahead documents may have been dated: series of periods that begin within so many days begin further on too.
             * @default 366
             */
            ahead_days?: number;
            /** @example restored the copy of 02:00 */
            reason: string;
            /**
             * @description Name of a series: a period of its sequence.
             * @example 2026-11
             */
            series?: string;
        };
        FieldError: {
            /**
             * @description JSON pointer (RFC 6901) into the body.
             * @example /items/0/count
             */
            pointer?: string;
            /** @description Name of a parameter. */
            parameter?: string;
            /** @enum {string} */
            in?: "path" | "query" | "header" | "cookie";
            /** @description What is wrong there and what to change. */
            detail: string;
            code?: string;
        };
        Forecast: {
            sequence: string;
            series: string | null;
            /** @enum {string} */
            overflow: "widen" | "reject";
            /**
             * @description The last number that may be given: that of the pattern's width with reject, else of 18 digits.
             * @example 1
             */
            last_number: string;
            /**
             * @description Null when no number is left.
             * @example 1
             */
            next: string | null;
            /**
             * @description A counter value, as a decimal string.
             * @example 1200
             */
            remaining: string;
            /** @description Which part of the numbers is used, 0 to 1. */
            used: number;
            /** @description When the period ends; null for a series that does not. */
            ends_at: string | null;
            rates: {
                hour: components["schemas"]["ForecastRate"];
                day: components["schemas"]["ForecastRate"];
                week: components["schemas"]["ForecastRate"];
            };
            at: string;
        };
        ForecastRate: {
            /** @description To the minute for an hour and a day, to the hour for a week. */
            since: string;
            /**
             * @description Numbers that were reserved since then.
             * @example 1200
             */
            drawn: string;
            per_hour: number;
            /** @description When the last number is given if it goes on so; null: not before the year 9999. */
            exhausted_at: string | null;
            /** @description Whether there are numbers left when the period ends; null for a series that does not end. */
            lasts: boolean | null;
        };
        GiveBackInput: {
            /**
             * @description The token that the lease was answered with.
             * @example 2f0c5f3a-6a5e-4a0e-9d3c-0c8f4f4f8f10
             */
            token: string;
            /**
             * @description Every number from the first to this one is used.
             * @example 1
             */
            used_to?: string | number;
            /** @description Runs of used numbers, in place of used_to. */
            used?: {
                /**
                 * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
                 * @example 1
                 */
                first: string | number;
                /**
                 * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
                 * @example 1
                 */
                last: string | number;
            }[];
            /**
             * @default given back by the holder of the lease
             * @example shift ended
             */
            reason?: string;
        };
        GrantedLease: {
            /** @example 019345ab-0000-7000-8000-000000000000 */
            id: string;
            sequence: string;
            series: string | null;
            /** @description Id of the reservation that the lease is. */
            reservation: string;
            holder: string;
            /**
             * @description open; unreported: expired, and its holder has not told of all numbers; burned: so for 30 days, or by somebody's hand; closed: every number is used or given back.
             * @enum {string}
             */
            status: "open" | "unreported" | "burned" | "closed";
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            first: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            last: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            step: string;
            /** @description How many numbers. */
            count: number;
            first_name: string;
            last_name: string;
            /** @description How many numbers. */
            used: number;
            /** @description Of the used ones: reported after the lease had expired. */
            late: number;
            /** @description How many numbers. */
            given_back: number;
            /** @description Neither used nor given back, as far as was reported. */
            open: number;
            created_at: string;
            expires_at: string;
            /** @description When its period or the date in its names is over; it lasts no longer. */
            ends_at: string | null;
            closed_at: string | null;
            prefix: string;
            width: number;
            /** @description A name is prefix, the number with zeros in front up to width digits, and suffix. */
            suffix: string;
            /** @description How long it lasts from the renewal on, in seconds. A replay is the first answer once more, so that it counts from then. */
            ttl_s: number;
        };
        Health: {
            /** @enum {string} */
            status: "ok";
            database: {
                /** @enum {string} */
                status: "ok";
                /** @description Time until the database answered. */
                ms: number;
                /**
                 * @description Whether the database ends by itself what takes too long; if not, the Worker's role lacks settings.
                 * @enum {string}
                 */
                time_limits: "set" | "missing";
                /**
                 * @description Whether the policies that keep tenants apart hold the Worker's role; they spare superusers, roles with BYPASSRLS and the owner of the tables, who can take them away.
                 * @enum {string}
                 */
                policies: "hold" | "spare";
            };
        };
        HistoryEntry: {
            at: string;
            /** @description Name of the API key that changed it. */
            api_key: string;
            reference: string | null;
            party: string | null;
            /** @description The fields that became different. */
            before: {
                /** @enum {string} */
                state?: "available" | "reserved" | "shipped" | "consumed" | "scrapped";
                location?: string | null;
                expires_on?: string | null;
                quantity?: string;
                attributes?: {
                    [key: string]: unknown;
                } | null;
            };
            after: {
                /** @enum {string} */
                state?: "available" | "reserved" | "shipped" | "consumed" | "scrapped";
                location?: string | null;
                expires_on?: string | null;
                quantity?: string;
                attributes?: {
                    [key: string]: unknown;
                } | null;
            };
        };
        Import: {
            id: string;
            /** @example odoo_lots */
            kind: string;
            dry_run: boolean;
            /**
             * @description reading while the file comes; then as of a job.
             * @enum {string}
             */
            status: "reading" | "queued" | "running" | "done" | "failed" | "cancelled";
            /** @description Rows under the header; null until the file has come whole. */
            rows: number | null;
            created: number;
            updated: number;
            unchanged: number;
            /** @description Rows that were left out; listed at /rows. */
            refused: number;
            created_at: string;
            finished_at: string | null;
            error: {
                code: string;
                detail: string;
                retryable: boolean;
                sqlstate?: string;
            } | null;
            /** @description The header that each field was read from. */
            columns: {
                [key: string]: string;
            } | null;
            /** @description The headers that nothing was read from. */
            ignored: string[] | null;
        };
        ImportRow: {
            id: string;
            /** @example odoo_lots */
            kind: string;
            dry_run: boolean;
            /**
             * @description reading while the file comes; then as of a job.
             * @enum {string}
             */
            status: "reading" | "queued" | "running" | "done" | "failed" | "cancelled";
            /** @description Rows under the header; null until the file has come whole. */
            rows: number | null;
            created: number;
            updated: number;
            unchanged: number;
            /** @description Rows that were left out; listed at /rows. */
            refused: number;
            created_at: string;
            finished_at: string | null;
        };
        Job: {
            id: string;
            /** @enum {string} */
            status: "queued" | "running" | "done" | "failed" | "cancelled";
            /** @description Lots that the job is to record. */
            total: number;
            /** @description Lots recorded so far. */
            done: number;
            /** @description Names left out, since a lot of the product had them; listed at /skipped. */
            skipped: number;
            /** @description Lots a second since it began. */
            rate: number | null;
            /** @description Seconds left at this rate. */
            eta_s: number | null;
            error: {
                code: string;
                detail: string;
                /** @description Whether the same chunk may succeed when it is tried again as things are. When the cause is gone, a failed job can be sent on in any case. */
                retryable: boolean;
                sqlstate?: string;
            } | null;
            created_at: string;
            started_at: string | null;
            finished_at: string | null;
            items: {
                product: string;
                count: number;
                done: number;
                skipped: number;
                first_name: string;
                last_name: string;
                reservation: string | null;
            }[];
        };
        JobRow: {
            id: string;
            /** @enum {string} */
            status: "queued" | "running" | "done" | "failed" | "cancelled";
            /** @description Lots that the job is to record. */
            total: number;
            /** @description Lots recorded so far. */
            done: number;
            /** @description Names left out, since a lot of the product had them; listed at /skipped. */
            skipped: number;
            /** @description Lots a second since it began. */
            rate: number | null;
            /** @description Seconds left at this rate. */
            eta_s: number | null;
            error: {
                code: string;
                detail: string;
                /** @description Whether the same chunk may succeed when it is tried again as things are. When the cause is gone, a failed job can be sent on in any case. */
                retryable: boolean;
                sqlstate?: string;
            } | null;
            created_at: string;
            started_at: string | null;
            finished_at: string | null;
        };
        Lease: {
            /** @example 019345ab-0000-7000-8000-000000000000 */
            id: string;
            sequence: string;
            series: string | null;
            /** @description Id of the reservation that the lease is. */
            reservation: string;
            holder: string;
            /**
             * @description open; unreported: expired, and its holder has not told of all numbers; burned: so for 30 days, or by somebody's hand; closed: every number is used or given back.
             * @enum {string}
             */
            status: "open" | "unreported" | "burned" | "closed";
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            first: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            last: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            step: string;
            /** @description How many numbers. */
            count: number;
            first_name: string;
            last_name: string;
            /** @description How many numbers. */
            used: number;
            /** @description Of the used ones: reported after the lease had expired. */
            late: number;
            /** @description How many numbers. */
            given_back: number;
            /** @description Neither used nor given back, as far as was reported. */
            open: number;
            created_at: string;
            expires_at: string;
            /** @description When its period or the date in its names is over; it lasts no longer. */
            ends_at: string | null;
            closed_at: string | null;
            prefix: string;
            width: number;
            /** @description A name is prefix, the number with zeros in front up to width digits, and suffix. */
            suffix: string;
        };
        /**
         * @example {
         *       "count": 100,
         *       "ttl_s": 3600,
         *       "holder": "scanner-7"
         *     }
         */
        LeaseInput: {
            /**
             * @description How many, 1 to 1000000, as a whole number or a decimal string.
             * @example 1
             */
            count: number | string;
            /**
             * @description How long it lasts from now, in seconds; at most until ends_at.
             * @default 3600
             */
            ttl_s?: number;
            /**
             * @description Who draws from the lease: a device, a shop, a process. A name of yours.
             * @example scanner-7
             */
            holder: string;
            /**
             * @example {
             *       "plant": "B7"
             *     }
             */
            fields?: {
                [key: string]: string | number;
            };
        };
        LeaseRow: {
            /** @example 019345ab-0000-7000-8000-000000000000 */
            id: string;
            sequence: string;
            series: string | null;
            /** @description Id of the reservation that the lease is. */
            reservation: string;
            holder: string;
            /**
             * @description open; unreported: expired, and its holder has not told of all numbers; burned: so for 30 days, or by somebody's hand; closed: every number is used or given back.
             * @enum {string}
             */
            status: "open" | "unreported" | "burned" | "closed";
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            first: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            last: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            step: string;
            /** @description How many numbers. */
            count: number;
            first_name: string;
            last_name: string;
            /** @description How many numbers. */
            used: number;
            /** @description Of the used ones: reported after the lease had expired. */
            late: number;
            /** @description How many numbers. */
            given_back: number;
            /** @description Neither used nor given back, as far as was reported. */
            open: number;
            created_at: string;
            expires_at: string;
            /** @description When its period or the date in its names is over; it lasts no longer. */
            ends_at: string | null;
            closed_at: string | null;
        };
        LeaseState: {
            /** @example 019345ab-0000-7000-8000-000000000000 */
            id: string;
            sequence: string;
            series: string | null;
            /** @description Id of the reservation that the lease is. */
            reservation: string;
            holder: string;
            /**
             * @description open; unreported: expired, and its holder has not told of all numbers; burned: so for 30 days, or by somebody's hand; closed: every number is used or given back.
             * @enum {string}
             */
            status: "open" | "unreported" | "burned" | "closed";
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            first: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            last: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            step: string;
            /** @description How many numbers. */
            count: number;
            first_name: string;
            last_name: string;
            /** @description How many numbers. */
            used: number;
            /** @description Of the used ones: reported after the lease had expired. */
            late: number;
            /** @description How many numbers. */
            given_back: number;
            /** @description Neither used nor given back, as far as was reported. */
            open: number;
            created_at: string;
            expires_at: string;
            /** @description When its period or the date in its names is over; it lasts no longer. */
            ends_at: string | null;
            closed_at: string | null;
            prefix: string;
            width: number;
            /** @description A name is prefix, the number with zeros in front up to width digits, and suffix. */
            suffix: string;
            /** @description What is open of it; at most 100 runs. */
            open_runs: {
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                first: string;
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                last: string;
                count: number;
            }[];
        };
        LedgerEntry: {
            series: string | null;
            /** @enum {string} */
            kind: "reserved" | "skip" | "fence" | "burned" | "void" | "rewind" | "reopened" | "begin";
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            first: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            last: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            step: string;
            count: number;
            first_name: string | null;
            last_name: string | null;
            /** @description That was made, or whose numbers were voided. */
            reservation: string | null;
            reason: string | null;
            api_key: string;
            /** @description IP address that the call came from; null when nothing in front told it. */
            address: string | null;
            at: string;
        };
        Lot: {
            product: string;
            name: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            number: string | null;
            reservation: string | null;
            /**
             * @description A quantity, as a decimal string.
             * @example 1
             */
            quantity: string;
            /** @enum {string} */
            state: "available" | "reserved" | "shipped" | "consumed" | "scrapped";
            location: string | null;
            expires_on: string | null;
            produced_on: string | null;
            attributes: {
                [key: string]: unknown;
            } | null;
            created_at: string;
        };
        /**
         * @example {
         *       "state": "shipped",
         *       "reference": "SO-4711"
         *     }
         */
        LotChange: {
            /** @enum {string} */
            state?: "available" | "reserved" | "shipped" | "consumed" | "scrapped";
            /** @example A-12-3 */
            location?: string | null;
            /**
             * Format: date
             * @example 2027-11-21
             */
            expires_on?: string | null;
            /**
             * @description A quantity of 0 or more, up to 6 decimals, as a decimal string or a number.
             * @example 1
             */
            quantity?: string | number;
            /** @description Replaced as a whole; null clears them. */
            attributes?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description The document that the change is part of.
             * @example SO-4711
             */
            reference?: string;
            /**
             * @description Whom the lots go to or come from.
             * @example Northwind
             */
            party?: string;
        };
        /**
         * @example {
         *       "product": "VALVE-20",
         *       "names": [
         *         "SN-0000001"
         *       ],
         *       "set": {
         *         "state": "shipped"
         *       }
         *     }
         */
        LotChanges: {
            /**
             * @description SKU of a product.
             * @example VALVE-20
             */
            product: string;
            names?: string[];
            /**
             * @description Id of a reservation.
             * @example serials:1
             */
            reservation?: string;
            /**
             * @description Key of a sequence.
             * @example serials
             */
            sequence?: string;
            /**
             * @description The period of a sequence that resets.
             * @example 2026
             */
            series?: string;
            /**
             * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
             * @example 1
             */
            first?: string | number;
            /**
             * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
             * @example 1
             */
            last?: string | number;
            set: {
                /** @enum {string} */
                state?: "available" | "reserved" | "shipped" | "consumed" | "scrapped";
                /** @example A-12-3 */
                location?: string | null;
                /**
                 * Format: date
                 * @example 2027-11-21
                 */
                expires_on?: string | null;
                /**
                 * @description A quantity of 0 or more, up to 6 decimals, as a decimal string or a number.
                 * @example 1
                 */
                quantity?: string | number;
                /** @description Replaced as a whole; null clears them. */
                attributes?: {
                    [key: string]: unknown;
                } | null;
            };
            /**
             * @description The document that the change is part of.
             * @example SO-4711
             */
            reference?: string;
            /**
             * @description Whom the lots go to or come from.
             * @example Northwind
             */
            party?: string;
        };
        /**
         * @example {
         *       "product": "VALVE-20",
         *       "count": 10
         *     }
         */
        LotItem: {
            /**
             * @description SKU of a product.
             * @example VALVE-20
             */
            product: string;
            /**
             * @description How many, 1 to 10000000, as a whole number or a decimal string.
             * @example 1
             */
            count?: number | string;
            /** @example VND-4711-8 */
            first_name?: string;
            names?: string[];
            /**
             * @description Id of a reservation.
             * @example serials:1
             */
            reservation?: string;
            /**
             * @description The token of the lease that the reservation is: its holder records what is on it.
             * @example 2f0c5f3a-6a5e-4a0e-9d3c-0c8f4f4f8f10
             */
            lease_token?: string;
            /**
             * @description A quantity above 0, up to 6 decimals, as a decimal string or a number.
             * @example 1
             */
            quantity_each?: string | number;
            /**
             * @description RFC 3339 time with an offset, or a bare date. Now when left out.
             * @example 2026-11-21
             */
            at?: string;
            /**
             * @example {
             *       "plant": "B7"
             *     }
             */
            fields?: {
                [key: string]: string | number;
            };
            /**
             * Format: date
             * @example 2027-11-21
             */
            expires_on?: string;
            /**
             * Format: date
             * @example 2027-11-21
             */
            produced_on?: string;
            attributes?: {
                [key: string]: unknown;
            };
            /** @description Allows names more than 100000 numbers beyond the counter. */
            allow_jump?: boolean;
        };
        LotsChanged: {
            product: string;
            changed: number;
            /** @description Lots that were so already. */
            unchanged: number;
        };
        LotsInput: {
            items: components["schemas"]["LotItem"][];
            /**
             * @default fail
             * @enum {string}
             */
            on_duplicate?: "fail" | "skip";
        };
        MadeApiKey: components["schemas"]["ApiKey"] & {
            /** @description The key itself, this once: it is kept nowhere. Null in the answer of a repeated request. */
            key: string | null;
        };
        MadeWebhook: components["schemas"]["Webhook"] & {
            /** @description Signs what is sent; shown this once. Null in the answer of a repeated request. */
            secret: string | null;
        };
        Move: {
            sequence: string;
            series: string | null;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            from: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            to: string;
            reason: string;
            at: string;
        };
        MoveInput: {
            /**
             * @description The next number.
             * @example 1
             */
            to: string | number;
            /** @example labels printed elsewhere */
            reason: string;
            /**
             * @description RFC 3339 time with an offset, or a bare date. Now when left out.
             * @example 2026-11-21
             */
            at?: string;
            /**
             * @description Name of a series: a period of its sequence.
             * @example 2026-11
             */
            series?: string;
        };
        NextNames: {
            /** @example SINV-2026- */
            series: string;
            reservation: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            first: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            last: string;
            count: number;
            names: string[];
        };
        NextNamesInput: {
            /**
             * @description As Frappe writes it. The rendered text before the counter is the series. At its first use it is compared with all other patterns, and is kept.
             * @example SINV-.YYYY.-.#####
             */
            series: string;
            /**
             * @description What FY goes by: month and day.
             * @default 01-01
             * @example 06-01
             */
            fiscal_year_start?: string;
            /**
             * @description Takes names that other patterns can give as well.
             * @default false
             */
            allow_overlap?: boolean;
            /**
             * @description How many, 1 to 1000000, as a whole number or a decimal string.
             * @example 1
             */
            count?: number | string;
            /**
             * @description RFC 3339 time with an offset, or a bare date. Now when left out.
             * @example 2026-11-21
             */
            at?: string;
            /**
             * @example {
             *       "plant": "B7"
             *     }
             */
            fields?: {
                [key: string]: string | number;
            };
        };
        NotableCall: {
            /** @description When the call came. */
            at: string;
            /** @enum {string} */
            kind: "slow" | "failed" | "refused";
            operation: string;
            sequence: string | null;
            product: string | null;
            status: number;
            /** @description Of its problem. */
            code: string | null;
            /** @description Milliseconds until its answer began. */
            ms: number;
            /** @description The X-Request-Id, which the log has as well. */
            request_id: string;
        };
        OpenedLease: {
            /** @example 019345ab-0000-7000-8000-000000000000 */
            id: string;
            sequence: string;
            series: string | null;
            /** @description Id of the reservation that the lease is. */
            reservation: string;
            holder: string;
            /**
             * @description open; unreported: expired, and its holder has not told of all numbers; burned: so for 30 days, or by somebody's hand; closed: every number is used or given back.
             * @enum {string}
             */
            status: "open" | "unreported" | "burned" | "closed";
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            first: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            last: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            step: string;
            /** @description How many numbers. */
            count: number;
            first_name: string;
            last_name: string;
            /** @description How many numbers. */
            used: number;
            /** @description Of the used ones: reported after the lease had expired. */
            late: number;
            /** @description How many numbers. */
            given_back: number;
            /** @description Neither used nor given back, as far as was reported. */
            open: number;
            created_at: string;
            expires_at: string;
            /** @description When its period or the date in its names is over; it lasts no longer. */
            ends_at: string | null;
            closed_at: string | null;
            prefix: string;
            width: number;
            /** @description A name is prefix, the number with zeros in front up to width digits, and suffix. */
            suffix: string;
            /** @description How long it lasts from this answer on, in seconds; 0 when it is not open any more. A replay tells how the lease stands by then. */
            ttl_s: number;
            /**
             * @description The token that the lease was answered with.
             * @example 2f0c5f3a-6a5e-4a0e-9d3c-0c8f4f4f8f10
             */
            token: string;
        };
        Preview: {
            names: string[];
        };
        Problem: {
            /**
             * @description Where the code is explained, relative to this service.
             * @example /docs/errors#request_invalid
             */
            type: string;
            title: string;
            status: number;
            /** @description What happened and what to change. */
            detail: string;
            instance?: string;
            /**
             * @description Stable code.
             * @example request_invalid
             */
            code: string;
            /** @description True when the same request may succeed if it is sent again unchanged. */
            retryable: boolean;
            request_id: string;
            errors?: components["schemas"]["FieldError"][];
        } & {
            [key: string]: unknown;
        };
        Product: {
            sku: string;
            name: string | null;
            /** @enum {string} */
            tracking: "none" | "lot" | "serial";
            sequence: string | null;
            gtin: string | null;
            /** @enum {string} */
            expiry: "none" | "optional" | "required";
            shelf_life_days: number | null;
            created_at: string;
            updated_at: string;
            /** @description Null without a sequence, or when its pattern needs fields. */
            next_name: string | null;
        };
        ProductInput: {
            /** @enum {string} */
            tracking: "none" | "lot" | "serial";
            /**
             * @description Its own sequence; null: the tenant's default one serves.
             * @default null
             * @example serials
             */
            sequence?: string | null;
            /** @default null */
            name?: string | null;
            /**
             * @default null
             * @example 4006381333931
             */
            gtin?: string | null;
            /**
             * @default none
             * @enum {string}
             */
            expiry?: "none" | "optional" | "required";
            /** @default null */
            shelf_life_days?: number | null;
        };
        ProductRow: {
            sku: string;
            name: string | null;
            /** @enum {string} */
            tracking: "none" | "lot" | "serial";
            sequence: string | null;
            gtin: string | null;
            /** @enum {string} */
            expiry: "none" | "optional" | "required";
            shelf_life_days: number | null;
            created_at: string;
            updated_at: string;
        };
        /** @description What a key may use up; null: without limit. */
        Quota: {
            count_per_request: number | null;
            numbers_per_day: number | null;
            requests_per_minute: number | null;
        } | null;
        /**
         * @default null
         * @example {
         *       "count_per_request": 100,
         *       "numbers_per_day": 5000
         *     }
         */
        QuotaInput: {
            /**
             * @description The most numbers that one request may use up.
             * @default null
             */
            count_per_request?: number | null;
            /**
             * @description The most numbers that the key may use up in a day of the tenant's time zone.
             * @default null
             */
            numbers_per_day?: number | null;
            /**
             * @description About how many requests are let in.
             * @default null
             */
            requests_per_minute?: number | null;
        } | null;
        Recall: {
            id: string;
            reference: string;
            reason: string;
            /** @enum {string} */
            status: "open" | "closed";
            opened_at: string;
            /** @description Name of the API key. */
            opened_by: string;
            closed_at: string | null;
            closed_by: string | null;
            closing_reason: string | null;
            covers: {
                product: string | null;
                names?: string[];
                sequence?: string;
                series?: string | null;
                reservation?: string;
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                first?: string;
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                last?: string;
                created_from?: string | null;
                created_to?: string | null;
                receipt?: string;
            }[];
        };
        RecallClosing: {
            /** @example all lots are back */
            reason: string;
        };
        RecallInput: {
            /** @example RECALL-2026-7 */
            reference: string;
            /** @example cracked housing */
            reason: string;
            covers: components["schemas"]["RecallPart"][];
        };
        /**
         * @example {
         *       "product": "VALVE-20",
         *       "names": [
         *         "SN-0000001"
         *       ]
         *     }
         */
        RecallPart: {
            /**
             * @description SKU of a product.
             * @example VALVE-20
             */
            product?: string;
            names?: string[];
            /**
             * @description Id of a reservation.
             * @example serials:1
             */
            reservation?: string;
            /**
             * @description Key of a sequence.
             * @example serials
             */
            sequence?: string;
            /**
             * @description The period of a sequence that resets.
             * @example 2026
             */
            series?: string;
            /**
             * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
             * @example 1
             */
            first?: string | number;
            /**
             * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
             * @example 1
             */
            last?: string | number;
            /**
             * @description Id of a receipt.
             * @example 019345ab-0000-7000-8000-000000000000
             */
            receipt?: string;
            /**
             * Format: date-time
             * @example 2026-11-21T06:00:00Z
             */
            created_from?: string;
            /**
             * Format: date-time
             * @example 2026-11-21T14:00:00Z
             */
            created_to?: string;
        };
        RecallRow: {
            id: string;
            reference: string;
            reason: string;
            /** @enum {string} */
            status: "open" | "closed";
            opened_at: string;
            /** @description Name of the API key. */
            opened_by: string;
            closed_at: string | null;
            closed_by: string | null;
            closing_reason: string | null;
        };
        RecalledLot: {
            product: string;
            name: string;
            /** @enum {string} */
            state: "available" | "reserved" | "shipped" | "consumed" | "scrapped";
            /**
             * @description A quantity, as a decimal string.
             * @example 1
             */
            quantity: string;
            location: string | null;
            expires_on: string | null;
            /** @description Where its last shipment went. */
            party: string | null;
            /** @description That of its last shipment. */
            reference: string | null;
            /** @description Time of its last shipment. */
            shipped_at: string | null;
        };
        Receipt: {
            id: string;
            reference: string;
            /** @enum {string} */
            status: "received" | "cancelled";
            at: string | null;
            created_at: string;
            cancelled_at: string | null;
            /** @description Why it was cancelled. */
            reason: string | null;
            lines: {
                product: string;
                /**
                 * @description A quantity, as a decimal string.
                 * @example 1
                 */
                quantity: string;
                /**
                 * @description A quantity, as a decimal string.
                 * @example 1
                 */
                quantity_per_lot: string | null;
                location: string | null;
                produced_on: string | null;
                expires_on: string | null;
                attributes: {
                    [key: string]: unknown;
                } | null;
                /** @description Lots that its job records for the line. */
                new_lots: number;
                first_name: string | null;
                last_name: string | null;
                /** @description Lots that were there and grew, and serials that came back. */
                grown_lots: number;
                /** @description The first 100 of them, by name. */
                grown: {
                    name: string;
                    /**
                     * @description A quantity, as a decimal string.
                     * @example 1
                     */
                    quantity: string;
                    /**
                     * @description A quantity, as a decimal string.
                     * @example 1
                     */
                    quantity_before: string;
                    /** @enum {string} */
                    state_before: "available" | "reserved" | "shipped" | "consumed" | "scrapped";
                }[];
            }[];
            /** @description Null when no lot is new. */
            job: components["schemas"]["Job"] | null;
        };
        ReceiptCancelInput: {
            reason: string;
        };
        ReceiptInput: {
            /**
             * @description The delivery. Unique among receipts that are not cancelled.
             * @example DN-4711
             */
            reference: string;
            /**
             * @description RFC 3339 time with an offset, or a bare date. Now when left out.
             * @example 2026-11-21
             */
            at?: string;
            lines: components["schemas"]["ReceiptLineInput"][];
        };
        /**
         * @example {
         *       "product": "VALVE-20",
         *       "quantity": "10"
         *     }
         */
        ReceiptLineInput: {
            /**
             * @description SKU of a product.
             * @example VALVE-20
             */
            product: string;
            /**
             * @description Left out only beside lots or text, whose sum it then is.
             * @example 1
             */
            quantity?: string | number;
            /**
             * @description A quantity above 0, up to 6 decimals, as a decimal string or a number.
             * @example 1
             */
            quantity_per_lot?: string | number;
            /** @example VND-4711-8 */
            first_name?: string;
            lots?: {
                name: string;
                /**
                 * @description A quantity above 0, up to 6 decimals, as a decimal string or a number.
                 * @example 1
                 */
                quantity?: string | number;
                /**
                 * Format: date
                 * @example 2027-11-21
                 */
                expires_on?: string;
            }[];
            /**
             * @description One lot a line: name; quantity; expiry date. SN-01::10 is SN-01 to SN-10.
             * @example LOT-A;4;2027-06-30
             *     LOT-B
             */
            text?: string;
            /**
             * Format: date
             * @example 2027-11-21
             */
            produced_on?: string;
            /**
             * Format: date
             * @example 2027-11-21
             */
            expires_on?: string;
            /**
             * @example {
             *       "plant": "B7"
             *     }
             */
            fields?: {
                [key: string]: string | number;
            };
            attributes?: {
                [key: string]: unknown;
            };
            /** @example A-12-3 */
            location?: string;
            /** @description Allows names more than 100000 numbers beyond the counter. */
            allow_jump?: boolean;
        };
        ReceiptRow: {
            id: string;
            reference: string;
            /** @enum {string} */
            status: "received" | "cancelled";
            at: string | null;
            created_at: string;
            cancelled_at: string | null;
            /** @description Why it was cancelled. */
            reason: string | null;
            lines: number;
            job: string | null;
        };
        RefusedRow: {
            /** @description The line of the file in which it begins. */
            line: number;
            /** @description The header of the column at fault; null for the row as a whole. */
            column: string | null;
            code: string;
            detail: string;
        };
        RenewalInput: {
            /**
             * @description The token that the lease was answered with.
             * @example 2f0c5f3a-6a5e-4a0e-9d3c-0c8f4f4f8f10
             */
            token: string;
            /**
             * @description How long it lasts from now, in seconds; at most until ends_at.
             * @default 3600
             */
            ttl_s?: number;
        };
        /**
         * @example {
         *       "token": "2f0c5f3a-6a5e-4a0e-9d3c-0c8f4f4f8f10",
         *       "used_to": "42"
         *     }
         */
        ReportInput: {
            /**
             * @description The token that the lease was answered with.
             * @example 2f0c5f3a-6a5e-4a0e-9d3c-0c8f4f4f8f10
             */
            token: string;
            /**
             * @description Every number from the first to this one is used.
             * @example 1
             */
            used_to?: string | number;
            /** @description Runs of used numbers, in place of used_to. */
            used?: {
                /**
                 * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
                 * @example 1
                 */
                first: string | number;
                /**
                 * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
                 * @example 1
                 */
                last: string | number;
            }[];
        };
        ReservationInput: {
            /**
             * @description How many, 1 to 10000000, as a whole number or a decimal string.
             * @example 1
             */
            count: number | string;
            /**
             * @description RFC 3339 time with an offset, or a bare date. Now when left out.
             * @example 2026-11-21
             */
            at?: string;
            /**
             * @example {
             *       "plant": "B7"
             *     }
             */
            fields?: {
                [key: string]: string | number;
            };
            /**
             * @description Streams the names at the end of the answer.
             * @enum {string}
             */
            include?: "names";
        };
        ReservationState: {
            /** @example serials:1 */
            id: string;
            sequence: string;
            series: string | null;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            first: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            last: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            step: string;
            count: number;
            first_name: string;
            last_name: string;
            created_at: string;
            /** @description Numbers that are neither voided nor taken by a job; at most 100 runs. */
            open: {
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                first: string;
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                last: string;
                count: number;
            }[];
        };
        Reserved: {
            /** @example serials:1 */
            id: string;
            sequence: string;
            series: string | null;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            first: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            last: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            step: string;
            count: number;
            first_name: string;
            last_name: string;
            created_at: string;
            names?: string[];
        };
        Resolved: {
            name: string;
            origins: {
                sequence: string;
                series: string | null;
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                number: string;
                /** @enum {string} */
                status: "recorded" | "reserved" | "on_lease" | "unreported" | "voided" | "skip" | "fence" | "burned";
                reservation: string | null;
                lease: string | null;
                holder: string | null;
                issued_at: string;
                voided_at: string | null;
                reason: string | null;
            }[];
            lots: components["schemas"]["Lot"][];
        };
        RotationInput: {
            /**
             * @description For how many seconds more the old key works; 60 at least when it is the tenant's last key with the scope `admin` that does not expire.
             * @default 86400
             */
            overlap_s?: number;
        };
        SecretRotationInput: {
            /**
             * @description For how many seconds more the old secret signs as well.
             * @default 86400
             */
            overlap_s?: number;
        };
        Sequence: {
            key: string;
            /** @enum {string} */
            dialect: "native" | "odoo" | "frappe";
            pattern: string;
            /** @enum {string} */
            mode: "standard" | "gapless";
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            start: string;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            increment: string;
            /**
             * @description prefix: each rendered text before the counter is a series, as Frappe counts.
             * @enum {string}
             */
            reset: "never" | "yearly" | "monthly" | "weekly" | "daily" | "fiscal" | "prefix";
            /** @description The sequence in whose series it counts: itself, or naming-series. */
            counter: string;
            time_zone: string;
            fiscal_year_start: string;
            /** @enum {string} */
            overflow: "widen" | "reject";
            hot: boolean;
            allow_overlap: boolean;
            /**
             * @description The period that it is now, whose counter is told here; null without reset.
             * @example 2026-11
             */
            series: string | null;
            /**
             * @description Null when no number is left. With reset prefix this and what follows are null in lists, and where fields tell the series.
             * @example 1
             */
            next: string | null;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            issued: string | null;
            /**
             * @description A counter value, as a decimal string.
             * @example 1
             */
            remaining: string | null;
            /** @description Which part of the numbers is used, 0 to 1. */
            used: number | null;
            created_at: string;
            updated_at: string;
        };
        /**
         * @example {
         *       "pattern": "SN-{0000000}"
         *     }
         */
        SequenceInput: {
            /** @example SN-{0000000} */
            pattern?: string;
            /** @example SN- */
            prefix?: string;
            /**
             * @description Width of the counter, 1 to 18.
             * @example 7
             */
            padding?: number;
            suffix?: string;
            /**
             * @description The language of the pattern; an Odoo one may be given as prefix, padding, suffix.
             * @default native
             * @enum {string}
             */
            dialect?: "native" | "odoo" | "frappe";
            /**
             * @description gapless: callers wait in line, and no number is lost or passed over.
             * @default standard
             * @enum {string}
             */
            mode?: "standard" | "gapless";
            /**
             * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
             * @default 1
             * @example 1
             */
            start?: string | number;
            /**
             * @description A step, 1 to 1000000000, as a decimal string or a whole number.
             * @default 1
             * @example 1
             */
            increment?: string | number;
            /**
             * @description When the counter begins again; the day is that of the document.
             * @default never
             * @enum {string}
             */
            reset?: "never" | "yearly" | "monthly" | "weekly" | "daily" | "fiscal";
            /**
             * @description IANA name. New sequences take the tenant's, others keep theirs, when left out.
             * @example Europe/Berlin
             */
            time_zone?: string;
            /**
             * @default 01-01
             * @example 06-01
             */
            fiscal_year_start?: string;
            /**
             * @description What comes after the last number of the pattern's width: widen when left out, but reject when a field touches the counter.
             * @enum {string}
             */
            overflow?: "widen" | "reject";
            /**
             * @description Counts with a Postgres sequence from the start, for many callers at once.
             * @default false
             */
            hot?: boolean;
            /**
             * @description Allows names that other sequences can give, as long as no product takes both.
             * @default false
             */
            allow_overlap?: boolean;
        };
        Settings: {
            tenant: string;
            default_sequence: string | null;
            time_zone: string;
            updated_at: string;
        };
        /**
         * @example {
         *       "time_zone": "Europe/Berlin"
         *     }
         */
        SettingsChange: {
            /**
             * @description Serves the products that name no sequence.
             * @example serials
             */
            default_sequence?: string | null;
            /**
             * @description IANA name, for new sequences that name none.
             * @example Europe/Berlin
             */
            time_zone?: string;
        };
        ShownSequence: components["schemas"]["Sequence"] & {
            /** @description The pattern as each dialect says it; null where one cannot. */
            dialects: {
                native: string | null;
                odoo: {
                    prefix: string;
                    padding: number;
                    suffix: string;
                } | null;
                frappe: string | null;
            };
        };
        Skipped: {
            product: string;
            name: string;
        };
        Stats: {
            /** @description When the minute, hour or day begins, in UTC. */
            at: string;
            /** @description The operation, sequence, product or tenant. */
            subject: string;
            calls: number;
            /** @description Of the calls: answered 400 to 499. */
            refused: number;
            /** @description Of the calls: answered 500 or more. */
            failed: number;
            /** @description Of the calls: took longer than a second. */
            slow: number;
            /** @description Numbers or lots that the calls asked for, and rows of the pages they were answered. */
            size: number;
            /** @description Until the answer began; null without calls. */
            average_ms: number | null;
            /** @description Estimated from a histogram, as the next two. */
            p50_ms: number | null;
            p95_ms: number | null;
            p99_ms: number | null;
            longest_ms: number | null;
            database_requests: number;
            /** @description Null where they cannot be told apart so. */
            reservations: number | null;
            /**
             * @description Numbers that were reserved.
             * @example 12
             */
            numbers: string | null;
            /**
             * @description A counter value, as a decimal string.
             * @example 12
             */
            voided: string | null;
            /**
             * @description A counter value, as a decimal string.
             * @example 12
             */
            skipped: string | null;
            /**
             * @description A counter value, as a decimal string.
             * @example 12
             */
            fenced: string | null;
            /**
             * @description Skipped before, and given back by a rewind.
             * @example 12
             */
            reopened: string | null;
            /** @description Lots that were recorded. */
            lots: number | null;
        };
        /** @description Voids first to last, both given; without both every number that is still open. */
        VoidInput: {
            /** @example label torn */
            reason: string;
            /**
             * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
             * @example 1
             */
            first?: string | number;
            /**
             * @description A counter value, 0 to 999999999999999999, as a decimal string or a whole number.
             * @example 1
             */
            last?: string | number;
        };
        Voiding: {
            reservation: string;
            reason: string;
            voided: {
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                first: string;
                /**
                 * @description A counter value, as a decimal string.
                 * @example 1
                 */
                last: string;
                count: number;
            }[];
        };
        Webhook: {
            id: string;
            url: string;
            events: ("job.done" | "job.failed" | "job.cancelled" | "receipt.done" | "receipt.cancelled" | "count.applied" | "alert.opened" | "alert.closed" | "webhook.test")[] | null;
            description: string | null;
            /** @enum {string} */
            status: "enabled" | "disabled";
            /**
             * @description asked: by PATCH; gone: the receiver answered 410; failing: nothing got through for three days.
             * @enum {string|null}
             */
            disabled_reason: "asked" | "gone" | "failing" | null;
            disabled_at: string | null;
            /** @description When the first attempt since the last success failed. */
            failing_since: string | null;
            /** @description Until when the secret before signs as well. */
            previous_secret_until: string | null;
            created_at: string;
            updated_at: string;
        };
        /**
         * @example {
         *       "events": [
         *         "job.done",
         *         "job.failed"
         *       ]
         *     }
         */
        WebhookChange: {
            /**
             * @description Begins with https:// and a public host; redirects are not followed.
             * @example https://erp.example/hooks/serialmint
             */
            url?: string;
            /** @description The types that it is told of; null: all. */
            events?: ("job.done" | "job.failed" | "job.cancelled" | "receipt.done" | "receipt.cancelled" | "count.applied" | "alert.opened" | "alert.closed" | "webhook.test")[] | null;
            description?: string | null;
            /** @enum {string} */
            status?: "enabled" | "disabled";
        };
        /**
         * @example {
         *       "url": "https://erp.example/hooks/serialmint",
         *       "events": [
         *         "job.done"
         *       ]
         *     }
         */
        WebhookInput: {
            /**
             * @description Begins with https:// and a public host; redirects are not followed.
             * @example https://erp.example/hooks/serialmint
             */
            url: string;
            /**
             * @description The types that it is told of; null: all.
             * @default null
             */
            events?: ("job.done" | "job.failed" | "job.cancelled" | "receipt.done" | "receipt.cancelled" | "count.applied" | "alert.opened" | "alert.closed" | "webhook.test")[] | null;
            /** @default null */
            description?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Both answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenMetrics 1.0, or Prometheus' text format 0.0.4 for whoever prefers it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/openmetrics-text": string;
                    "text/plain": string;
                };
            };
        };
    };
    listAlerts: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                status?: "open" | "closed";
                kind?: "sequence_exhaustion_near" | "job_stuck" | "job_failed" | "lease_unreported" | "errors_rising" | "operations_slow" | "audit_chain_broken" | "webhook_disabled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alerts in the order in which they were opened. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Alert"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["Alert"];
                    "text/csv": string;
                };
            };
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Keys in order of creation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ApiKey"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["ApiKey"];
                    "text/csv": string;
                };
            };
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeApiKey"];
                };
            };
        };
    };
    getApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an API key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key, without its text. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an API key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
        };
    };
    rotateApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an API key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotationInput"];
            };
        };
        responses: {
            /** @description The new key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeApiKey"];
                };
            };
        };
    };
    listAuditEvents: {
        parameters: {
            query?: {
                /** @description What was done. */
                action?: "sequence.created" | "sequence.changed" | "sequence.advanced" | "sequence.rewound" | "sequence.fenced" | "naming_series.bound" | "naming_series.changed" | "reservation.voided" | "lease.renewed" | "lease.reported" | "lease.given_back" | "lease.burned" | "product.created" | "product.changed" | "settings.changed" | "tenant.fenced" | "lots.created" | "lots.changed" | "lot.changed" | "receipt.created" | "receipt.cancelled" | "count.created" | "count.applied" | "recall.opened" | "recall.closed" | "import.begun" | "import.cancelled" | "job.cancelled" | "job.retried" | "api_key.created" | "api_key.rotated" | "api_key.revoked" | "webhook.created" | "webhook.changed" | "webhook.secret_rotated" | "webhook.removed" | "webhook.tested" | "webhook.delivery_repeated";
                /** @description Key, name or id of what was changed. */
                subject?: string;
                /** @description Of the API key that did it. */
                api_key_id?: string;
                /** @description The earliest time. */
                from?: string;
                /** @description The time before which they are. */
                to?: string;
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events in the order of time. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AuditEvent"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["AuditEvent"];
                    "text/csv": string;
                };
            };
        };
    };
    listAuditSeals: {
        parameters: {
            query?: {
                /** @description The first to list. */
                from_seal?: number | string;
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Seals in the order of their numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AuditSeal"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["AuditSeal"];
                    "text/csv": string;
                };
            };
        };
    };
    verifyAudit: {
        parameters: {
            query?: {
                /** @description The first to compare. */
                from_seal?: number | string;
                /** @description The last to compare; not before the first. */
                to_seal?: number | string;
                /** @description Of a seal, as it was kept elsewhere; if no seal has it, the chain is not intact. */
                digest?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found; about 100,000 rows a call. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditVerification"];
                };
            };
        };
    };
    listCounts: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                reference?: string;
                status?: "draft" | "applied";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Counts in order of creation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["CountRow"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["CountRow"];
                    "text/csv": string;
                };
            };
        };
    };
    createCount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CountInput"];
            };
        };
        responses: {
            /** @description The draft. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Count"];
                };
            };
        };
    };
    getCount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a count. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The count. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Count"];
                };
            };
        };
    };
    applyCount: {
        parameters: {
            query?: never;
            header?: {
                /** @description respond-async answers 202 at once. */
                prefer?: string;
            };
            path: {
                /** @description Id of a count. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CountApplyInput"];
            };
        };
        responses: {
            /** @description Applied, now or before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Count"];
                };
            };
            /** @description Its job goes on, or has failed: its status tells. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Count"];
                };
            };
        };
    };
    listImports: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Imports in order of creation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ImportRow"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["ImportRow"];
                    "text/csv": string;
                };
            };
        };
    };
    createImport: {
        parameters: {
            query: {
                kind: "odoo_products" | "odoo_sequences" | "odoo_lots" | "frappe_series" | "erpnext_items" | "erpnext_serials" | "erpnext_batches";
                /** @description true reports and changes nothing. */
                dry_run?: boolean;
                /** @description Numbers to leave out in front of each counter. For odoo_sequences and frappe_series. */
                margin?: string | number;
                /** @description Allows names that are wider than their counter and more than 100000 numbers beyond it. For odoo_lots, erpnext_serials and erpnext_batches. */
                allow_jump?: boolean;
                /** @description Makes new sequences even if they can give names of others; no product takes names of two such. For odoo_sequences and erpnext_items. */
                allow_overlap?: boolean;
                /** @description Our fields with the headers of their columns, as JSON; null for one not to be read. */
                mapping?: string;
            };
            header?: {
                /** @description respond-async answers 202 as soon as the file has come. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description It is applied. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            /** @description The file has come. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
        };
    };
    getImport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
        };
    };
    listImportRows: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                outcome?: "refused";
            };
            header?: never;
            path: {
                /** @description Id of a job. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Rows in the order of the file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["RefusedRow"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["RefusedRow"];
                    "text/csv": string;
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                status?: "queued" | "running" | "done" | "failed" | "cancelled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Jobs in order of creation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["JobRow"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["JobRow"];
                    "text/csv": string;
                };
            };
        };
    };
    getJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job, with an ETag; Retry-After while it is unfinished. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    cancelJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    retryJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It goes on. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    listSkipped: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a job. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Names that a lot of the product had already. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Skipped"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["Skipped"];
                    "text/csv": string;
                };
            };
        };
    };
    listLeases: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                /** @description Key of a sequence. */
                sequence?: string;
                /** @description Who draws from the lease: a device, a shop, a process. A name of yours. */
                holder?: string;
                status?: "open" | "unreported" | "burned" | "closed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Leases in the order of their making. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["LeaseRow"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["LeaseRow"];
                    "text/csv": string;
                };
            };
        };
    };
    getLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a lease. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lease, without its token. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeaseState"];
                };
            };
        };
    };
    burnLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a lease. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BurnInput"];
            };
        };
        responses: {
            /** @description Burned; a replay is the first answer once more. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lease"];
                };
            };
        };
    };
    giveBackLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a lease. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GiveBackInput"];
            };
        };
        responses: {
            /** @description Given back; a replay is the first answer once more. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lease"];
                };
            };
        };
    };
    renewLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a lease. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenewalInput"];
            };
        };
        responses: {
            /** @description Renewed; a replay is the first answer once more. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GrantedLease"];
                };
            };
        };
    };
    reportLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a lease. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportInput"];
            };
        };
        responses: {
            /** @description Noted; a replay is the first answer once more. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lease"];
                };
            };
        };
    };
    listLots: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                /** @description SKU of a product. */
                product?: string;
                /** @description Name of a lot. */
                name?: string;
                /** @description Id of a job. */
                job?: string;
                /** @description Id of a reservation. */
                reservation?: string;
                state?: "available" | "reserved" | "shipped" | "consumed" | "scrapped";
                location?: string;
                /** @description Lots that expire on a later day. */
                expires_after?: string;
                /** @description Lots that expire on an earlier day. */
                expires_before?: string;
                /** @description Lots whose last shipment went to this party. */
                party?: string;
                /** @description Lots that were changed under this reference. */
                reference?: string;
                /** @description Lots that this receipt made, grew or took back. */
                receipt?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lots that match all that is given. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Lot"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["Lot"];
                    "text/csv": string;
                };
            };
        };
    };
    createLots: {
        parameters: {
            query?: never;
            header?: {
                /** @description respond-async answers 202 at once. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LotsInput"];
            };
        };
        responses: {
            /** @description All are recorded. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description The job goes on, or has failed: its status tells. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    changeLots: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LotChanges"];
            };
        };
        responses: {
            /** @description They are changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LotsChanged"];
                };
            };
        };
    };
    nextNames: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NextNamesInput"];
            };
        };
        responses: {
            /** @description The names, all of one run. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NextNames"];
                };
            };
        };
    };
    listProducts: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Products in order of creation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ProductRow"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["ProductRow"];
                    "text/csv": string;
                };
            };
        };
    };
    getProduct: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description SKU of a product. */
                sku: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The product. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
        };
    };
    putProduct: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description SKU of a product. */
                sku: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductInput"];
            };
        };
        responses: {
            /** @description Replaced, or the same as before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
        };
    };
    getLot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description SKU of a product. */
                sku: string;
                /** @description Name of a lot. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lot. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lot"];
                };
            };
        };
    };
    changeLot: {
        parameters: {
            query?: never;
            header?: {
                /** @description Has to be sent: the ETag of the lot as you have read it, or *. */
                "if-match"?: string;
            };
            path: {
                /** @description SKU of a product. */
                sku: string;
                /** @description Name of a lot. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LotChange"];
            };
        };
        responses: {
            /** @description The lot as it is now; what was so already is in no history. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lot"];
                };
            };
        };
    };
    listHistory: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path: {
                /** @description SKU of a product. */
                sku: string;
                /** @description Name of a lot. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its changes, the oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["HistoryEntry"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["HistoryEntry"];
                    "text/csv": string;
                };
            };
        };
    };
    listRecalls: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                status?: "open" | "closed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recalls in order of their opening. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["RecallRow"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["RecallRow"];
                    "text/csv": string;
                };
            };
        };
    };
    openRecall: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecallInput"];
            };
        };
        responses: {
            /** @description Open. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recall"];
                };
            };
        };
    };
    getRecall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a recall. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The recall. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recall"];
                };
            };
        };
    };
    closeRecall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a recall. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecallClosing"];
            };
        };
        responses: {
            /** @description Closed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recall"];
                };
            };
        };
    };
    listRecallLots: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a recall. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each lot once, as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["RecalledLot"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["RecalledLot"];
                    "text/csv": string;
                };
            };
        };
    };
    listReceipts: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                /** @description The delivery. Unique among receipts that are not cancelled. */
                reference?: string;
                status?: "received" | "cancelled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Receipts in order of creation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ReceiptRow"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["ReceiptRow"];
                    "text/csv": string;
                };
            };
        };
    };
    createReceipt: {
        parameters: {
            query?: never;
            header?: {
                /** @description respond-async answers 202 at once. */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReceiptInput"];
            };
        };
        responses: {
            /** @description The same delivery was received before; its receipt. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description All is recorded. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Its job goes on, or has failed: its status tells. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
        };
    };
    getReceipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a receipt. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The receipt. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
        };
    };
    cancelReceipt: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a receipt. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReceiptCancelInput"];
            };
        };
        responses: {
            /** @description Cancelled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
        };
    };
    getReservation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a reservation. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reservation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReservationState"];
                };
            };
        };
    };
    listNames: {
        parameters: {
            query?: {
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of a reservation. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The names in order, those of voided numbers included. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @example serials:1 */
                        id: string;
                        sequence: string;
                        series: string | null;
                        /**
                         * @description A counter value, as a decimal string.
                         * @example 1
                         */
                        first: string;
                        /**
                         * @description A counter value, as a decimal string.
                         * @example 1
                         */
                        last: string;
                        /**
                         * @description A counter value, as a decimal string.
                         * @example 1
                         */
                        step: string;
                        count: number;
                        first_name: string;
                        last_name: string;
                        created_at: string;
                        names: string[];
                    };
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
        };
    };
    voidReservation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a reservation. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VoidInput"];
            };
        };
        responses: {
            /** @description Voided. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Voiding"];
                };
            };
        };
    };
    resolveName: {
        parameters: {
            query: {
                /** @description Name of a lot. */
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its numbers and its lots. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resolved"];
                };
            };
        };
    };
    listSequences: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sequences in order of creation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Sequence"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["Sequence"];
                    "text/csv": string;
                };
            };
        };
    };
    getSequence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sequence. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownSequence"];
                };
            };
        };
    };
    putSequence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SequenceInput"];
            };
        };
        responses: {
            /** @description Replaced, or the same as before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownSequence"];
                };
            };
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownSequence"];
                };
            };
        };
    };
    getAccount: {
        parameters: {
            query?: {
                /** @description Name of a series: a period of its sequence. */
                series?: string;
            };
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sums, of all series or of the one that is asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
        };
    };
    listAccountRuns: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                /** @description Name of a series: a period of its sequence. */
                series?: string;
            };
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Runs in order of their numbers, series by series, without a hole. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AccountRun"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["AccountRun"];
                    "text/csv": string;
                };
            };
        };
    };
    advanceSequence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveInput"];
            };
        };
        responses: {
            /** @description Moved. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Move"];
                };
            };
        };
    };
    fenceSequence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FenceInput"];
            };
        };
        responses: {
            /** @description Moved. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fence"];
                };
            };
        };
    };
    getForecast: {
        parameters: {
            query?: {
                /** @description Name of a series: a period of its sequence. */
                series?: string;
            };
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The forecast. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Forecast"];
                };
            };
        };
    };
    openLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeaseInput"];
            };
        };
        responses: {
            /** @description Leased; a replay tells how the lease now stands. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedLease"];
                };
            };
        };
    };
    listLedger: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                /** @description Name of a series: a period of its sequence. */
                series?: string;
            };
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Runs in order of their numbers, series by series. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["LedgerEntry"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["LedgerEntry"];
                    "text/csv": string;
                };
            };
        };
    };
    previewSequence: {
        parameters: {
            query?: {
                /** @description How many, 1 to 1000, as a whole number or a decimal string. */
                count?: number | string;
                /** @description RFC 3339 time with an offset, or a bare date. Now when left out. */
                at?: string;
                /** @description Fields as a JSON object of texts or whole numbers. */
                fields?: string;
            };
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The names, from the real counter. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
        };
    };
    createReservation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReservationInput"];
            };
        };
        responses: {
            /** @description Reserved. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reserved"];
                };
            };
        };
    };
    rewindSequence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key of a sequence. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveInput"];
            };
        };
        responses: {
            /** @description Moved. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Move"];
                };
            };
        };
    };
    getSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
        };
    };
    changeSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsChange"];
            };
        };
        responses: {
            /** @description The settings as they are now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
        };
    };
    listStats: {
        parameters: {
            query?: {
                /** @description What is told apart. A tenant sees itself. */
                by?: "operation" | "sequence" | "product" | "tenant";
                /** @description One operation, sequence or product only. A key that is limited to some has to name one of them. */
                subject?: string;
                /** @description The first minute, hour or day is the one in which it lies. */
                from?: string;
                /** @description Before this time; now when left out. */
                to?: string;
                /** @description When left out, one that fits the time from `from` to `to`. */
                grain?: "minute" | "hour" | "day";
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of time, and of the subjects. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Stats"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                        /** @enum {string} */
                        grain: "minute" | "hour" | "day";
                        /** @description What happened to numbers and lots after this time is not in it yet. */
                        until: string;
                    };
                    "application/x-ndjson": components["schemas"]["Stats"];
                    "text/csv": string;
                };
            };
        };
    };
    listNotableCalls: {
        parameters: {
            query?: {
                /** @description Why they are listed. */
                kind?: "slow" | "failed" | "refused";
                /** @description An operationId of this document. */
                operation?: string;
                /** @description The earliest time. */
                from?: string;
                /** @description The time before which they are. */
                to?: string;
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of time. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["NotableCall"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["NotableCall"];
                    "text/csv": string;
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Webhooks in order of creation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Webhook"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["Webhook"];
                    "text/csv": string;
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeWebhook"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook, without its secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    changeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookChange"];
            };
        };
        responses: {
            /** @description The webhook as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description Rows of a page, 1 to 1000. Pages only: a stream gives everything that matches. */
                limit?: number;
                /** @description The next_cursor of the page before, with the same filters. */
                cursor?: string;
                /** @description CSV only: true leaves out the guard against spreadsheet formulas. */
                raw?: boolean;
                status?: "pending" | "delivered" | "failed";
            };
            header?: never;
            path: {
                /** @description Id of a webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deliveries in order of creation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["DeliveryRow"][];
                        has_more: boolean;
                        /** @description Send it as cursor for what follows. */
                        next_cursor: string | null;
                    };
                    "application/x-ndjson": components["schemas"]["DeliveryRow"];
                    "text/csv": string;
                };
            };
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a webhook. */
                id: string;
                /** @description Id of a delivery. */
                delivery: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    repeatDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a webhook. */
                id: string;
                /** @description Id of a delivery. */
                delivery: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description On its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    removeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it was. Nothing more is sent to it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SecretRotationInput"];
            };
        };
        responses: {
            /** @description The webhook with its new secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeWebhook"];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description On its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
}

/** What a problem of the service is called. */

export type ProblemCode =
    | "advance_not_ahead"
    | "api_key_expired"
    | "api_key_expiry_past"
    | "api_key_limited"
    | "api_key_malformed"
    | "api_key_missing"
    | "api_key_not_found"
    | "api_key_revoked"
    | "api_key_unknown"
    | "api_key_wrong_state"
    | "at_malformed"
    | "at_out_of_range"
    | "at_without_offset"
    | "body_broken_off"
    | "body_key_repeated"
    | "body_not_json"
    | "body_too_deep"
    | "body_too_large"
    | "content_encoding_unsupported"
    | "count_not_found"
    | "counter_behind_ledger"
    | "csv_carriage_return"
    | "csv_empty"
    | "csv_encoding"
    | "csv_quote_stray"
    | "csv_quote_unclosed"
    | "csv_row_too_long"
    | "cursor_unusable"
    | "database_slow"
    | "database_unavailable"
    | "definition_changed"
    | "delivery_not_found"
    | "expiry_differs"
    | "expiry_not_kept"
    | "expiry_out_of_range"
    | "expiry_required"
    | "field_missing"
    | "field_value"
    | "first_name_not_reserved"
    | "fiscal_year_start_malformed"
    | "gtin_check_digit"
    | "idempotency_key_malformed"
    | "idempotency_key_missing"
    | "idempotency_key_reused"
    | "if_match_malformed"
    | "if_match_missing"
    | "import_broken_off"
    | "import_column_control"
    | "import_column_repeated"
    | "import_column_unusable"
    | "import_columns_missing"
    | "import_mapping_column"
    | "import_mapping_field"
    | "import_not_found"
    | "import_template_broken"
    | "import_too_large"
    | "internal_error"
    | "job_not_found"
    | "job_wrong_state"
    | "jump_too_far"
    | "last_admin_key"
    | "last_admin_key_overlap"
    | "lease_gapless"
    | "lease_limit_holder"
    | "lease_limit_sequence"
    | "lease_not_found"
    | "lease_number_given_back"
    | "lease_over"
    | "lease_period_over"
    | "lease_range"
    | "lease_scattered"
    | "lease_shows_time"
    | "lease_token_wrong"
    | "lot_changed"
    | "lot_not_found"
    | "lots_busy"
    | "metrics_key_wrong"
    | "metrics_not_set_up"
    | "move_between_numbers"
    | "name_character"
    | "name_edge_space"
    | "name_empty"
    | "name_issued"
    | "name_not_nfc"
    | "name_repeated"
    | "name_reserved_dots"
    | "name_taken"
    | "name_too_long"
    | "name_unknown"
    | "naming_series_not_bound"
    | "no_lots"
    | "number_overflow"
    | "outcome_unknown"
    | "overloaded"
    | "path_names_nothing"
    | "pattern_character"
    | "pattern_counter_too_wide"
    | "pattern_edge_space"
    | "pattern_empty"
    | "pattern_field_name"
    | "pattern_field_touches_counter"
    | "pattern_lone_percent"
    | "pattern_name_too_long"
    | "pattern_overlap"
    | "pattern_padding"
    | "pattern_percent_format"
    | "pattern_self_clash"
    | "pattern_series_affixes"
    | "pattern_series_brace"
    | "pattern_series_character"
    | "pattern_series_counter"
    | "pattern_shared"
    | "pattern_stray_brace"
    | "pattern_too_long"
    | "pattern_two_counters"
    | "pattern_unclosed_brace"
    | "pattern_unknown_key"
    | "pattern_unknown_token"
    | "pattern_without_counter"
    | "patterns_changed"
    | "product_not_found"
    | "product_not_tracked"
    | "product_tracking_fixed"
    | "product_without_sequence"
    | "quantities_differ"
    | "quota_count_exceeded"
    | "quota_numbers_exceeded"
    | "quota_requests_exceeded"
    | "recall_closed"
    | "recall_not_found"
    | "receipt_exists"
    | "receipt_not_found"
    | "receipt_touched"
    | "receipt_wrong_state"
    | "record_busy"
    | "request_in_flight"
    | "request_invalid"
    | "reservation_not_found"
    | "reservation_not_leased"
    | "reservation_of_another"
    | "reservation_on_lease"
    | "reservation_range"
    | "reservation_used"
    | "rewind_below_begin"
    | "rewind_below_change"
    | "rewind_below_issued"
    | "rewind_below_start"
    | "rewind_into_fence"
    | "rewind_not_behind"
    | "scope_missing"
    | "sequence_busy"
    | "sequence_ceiling_passed"
    | "sequence_exhausted"
    | "sequence_fixed"
    | "sequence_gapless"
    | "sequence_gapless_hot"
    | "sequence_key_taken"
    | "sequence_must_reject"
    | "sequence_not_found"
    | "sequence_reset_by_text"
    | "sequence_start_beyond_width"
    | "serial_fraction"
    | "serial_in_stock"
    | "serial_out_of_range"
    | "serial_quantity"
    | "series_malformed"
    | "series_not_named"
    | "shelf_life_without_expiry"
    | "text_unusable"
    | "time_zone_unknown"
    | "too_many_changes"
    | "too_many_lots"
    | "too_many_names"
    | "too_many_sequences"
    | "too_many_webhooks"
    | "unknown_lots"
    | "unknown_product"
    | "unknown_receipt"
    | "unknown_reservation"
    | "unknown_seal"
    | "unknown_sequence"
    | "unknown_series"
    | "unsupported_media_type"
    | "webhook_disabled"
    | "webhook_not_found"
    | "webhook_url_refused";
