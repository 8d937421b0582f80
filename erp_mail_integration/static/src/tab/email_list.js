import { fullDate, shortDate } from "./dates";
import { senderName, shortPeople } from "./entries";

import { Component, useEffect, useRef } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

/** The list: one line a conversation or mail, more while scrolling. */
export class EmailList extends Component {
    static template = "erp_mail_integration.EmailList";
    static props = {
        entries: Array,
        activeId: { type: [Number, { value: null }], optional: true },
        loading: Boolean,
        hasMore: Boolean,
        onSelect: Function,
        onOpenSource: Function,
        onLoadMore: Function,
    };

    setup() {
        this.list = useRef("list");
        this.end = useRef("end");
        this.shortDate = shortDate;
        this.fullDate = fullDate;
        this.noSubject = _t("(no subject)");
        // A list that does not fill its pane has nothing to scroll: the observer also asks for the next page then.
        useEffect(
            (end) => {
                if (!end) {
                    return;
                }
                const observer = new IntersectionObserver(
                    ([entry]) => entry.isIntersecting && this.props.onLoadMore(),
                    { root: this.list.el, rootMargin: "300px" }
                );
                observer.observe(end);
                return () => observer.disconnect();
            },
            () => [this.end.el, this.props.entries.length]
        );
    }

    /** The list has the focus then, so that the keys of mail programs go on from here. */
    select(row) {
        this.list.el.focus({ preventScroll: true });
        this.props.onSelect(row.id);
    }

    isActive(entry) {
        return entry.rows.some((row) => row.id === this.props.activeId);
    }

    who(entry) {
        const row = entry.rows[0];
        if (row.direction === "out") {
            return _t("To: %s", shortPeople(row.to) || "?");
        }
        return senderName(row) || _t("Unknown sender");
    }

    direction(row) {
        return row.direction === "out" ? _t("Sent") : _t("Received");
    }

    deliveryLabel(row) {
        return { bounced: _t("Bounced"), waiting: _t("Waiting") }[row.delivery] || _t("Not delivered");
    }

    why(row) {
        const { rule, evidence, user } = row.why;
        return [rule, evidence, user && _t("confirmed by %s", user)].filter(Boolean).join(" · ");
    }

    hasAttachments(entry) {
        return entry.rows.some((row) => row.attachments);
    }
}
