/** Every operation and notification, by group: the one list that client, simulator and command walk. */

/** All operations, grouped by product: `operations.medIns.create`. */
export const operations = {} as const

/** All notifications, grouped by product: `notifications.medIns.paid`. */
export const notifications = {} as const
