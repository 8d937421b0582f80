/**
 * Lines of the list, made of the rows of mails that are loaded so far, newest first. Plain functions.
 */

/**
 * One entry a conversation, at the place of its newest mail; or one a mail.
 *
 * A conversation may go on below what is loaded: its `count` comes from the server, its rows fill up while
 * the reader scrolls, and its place does not change.
 *
 * @param {Object[]} rows as `tab_page` returns them
 * @param {boolean} grouped
 * @returns {{key: string, rows: Object[], count: number}[]}
 */
export function toEntries(rows, grouped) {
    if (!grouped) {
        return rows.map((row) => ({ key: `mail-${row.id}`, rows: [row], count: 1 }));
    }
    const entries = new Map();
    for (const row of rows) {
        const entry = entries.get(row.thread);
        if (entry) {
            entry.rows.push(row);
            entry.count = Math.max(entry.count, entry.rows.length);
        } else {
            entries.set(row.thread, { key: row.thread, rows: [row], count: row.thread_count || 1 });
        }
    }
    return [...entries.values()];
}

/** Who a mail is from, as short as it is clear. */
export function senderName(mail) {
    return mail.from_name || mail.from_address || "";
}

/**
 * The people of an address list without their addresses: `Anna Weber, info@acme.com`.
 *
 * @param {string} text as in a To header
 * @returns {string}
 */
export function shortPeople(text) {
    return text
        .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
        .map((person) => {
            const match = person.match(/^\s*"?([^"<]*?)"?\s*(?:<([^>]*)>)?\s*$/);
            return match ? match[1] || match[2] : person.trim();
        })
        .filter(Boolean)
        .join(", ");
}

/**
 * Split a text at its web addresses, so that they can be shown as links without any HTML.
 *
 * @param {string} text
 * @returns {{text: string, href?: string}[]}
 */
export function linkify(text) {
    const pieces = [];
    let position = 0;
    for (const match of text.matchAll(/\bhttps?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:!?]/gi)) {
        if (match.index > position) {
            pieces.push({ text: text.slice(position, match.index) });
        }
        pieces.push({ text: match[0], href: match[0] });
        position = match.index + match[0].length;
    }
    if (position < text.length) {
        pieces.push({ text: text.slice(position) });
    }
    return pieces;
}
