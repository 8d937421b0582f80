/**
 * What to tell the reader of a call that failed: a sentence that was written for people, else ours.
 *
 * Other errors say what the database or the program said; that is in the server's log.
 *
 * @param {Error & {data?: {name: string, message: string}}} error
 * @param {string} otherwise
 */
export function errorText(error, otherwise) {
    return (error.data?.name?.startsWith("odoo.exceptions.") && error.data.message) || otherwise;
}
