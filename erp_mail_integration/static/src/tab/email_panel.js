import { AttachDialog } from "./attach_dialog";
import { EmailList } from "./email_list";
import { ReadingPane } from "./reading_pane";
import { toEntries } from "./entries";
import { errorText } from "./errors";
import { useEmailUpload } from "./upload_hook";
import { useCompose } from "../compose/compose_hook";

import { Component, onWillStart, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { CheckboxItem } from "@web/core/dropdown/checkbox_item";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { url } from "@web/core/utils/urls";

const GROUPED_KEY = "erp_mail_integration.grouped";

/**
 * The mail of one saved document: toolbar, list and reading pane.
 */
export class EmailPanel extends Component {
    static template = "erp_mail_integration.EmailPanel";
    static components = { CheckboxItem, Dropdown, EmailList, ReadingPane };
    static props = {
        resModel: String,
        resId: Number,
    };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.documentMail = useService("erp_document_mail");
        this.root = useRef("root");
        this.searchInput = useRef("search");
        this.keepLastPage = new KeepLast();
        this.state = useState({
            rows: [],
            next: null,
            loading: true,
            error: "",
            activeId: null,
            reading: false,
            search: "",
            filters: [],
            grouped: browser.localStorage.getItem(GROUPED_KEY) !== "flat",
            info: { can_write: false, suggested: 0 },
        });
        this.compose = useCompose(
            () => this.document,
            () => this.reload()
        );
        this.upload = useEmailUpload(this.root, {
            enabled: () => this.state.info.can_write,
            target: () => this.document,
            onUploaded: () => this.reload(),
        });
        this.searchLater = useDebounced(() => this.reload(), 250);
        this.filterItems = [
            { name: "in", label: _t("Received") },
            { name: "out", label: _t("Sent") },
            { name: "attachments", label: _t("With attachments") },
            { name: "suggested", label: _t("Suggested") },
        ];
        onWillStart(() => {
            this.reload();
        });
        useExternalListener(window, "focus", () => this.refreshIfStale());
        useEffect(
            (id) => {
                this.root.el?.querySelector(`[data-row-id="${id}"]`)?.scrollIntoView({ block: "nearest" });
            },
            () => [this.state.activeId]
        );
    }

    get document() {
        return { resModel: this.props.resModel, resId: this.props.resId };
    }

    get entries() {
        return toEntries(this.state.rows, this.state.grouped);
    }

    get activeIndex() {
        return this.entries.findIndex((entry) => entry.rows.some((row) => row.id === this.state.activeId));
    }

    get activeEntry() {
        return this.entries[this.activeIndex];
    }

    get activeRow() {
        return this.state.rows.find((row) => row.id === this.state.activeId);
    }

    get isFiltered() {
        return Boolean(this.state.search || this.state.filters.length);
    }

    get suggestedHint() {
        const count = this.state.info.suggested;
        return count === 1 ? _t("1 mail may belong here:") : _t("%s mails may belong here:", count);
    }

    call(method, ...args) {
        return this.orm.silent.call("erp.email", method, [this.props.resModel, this.props.resId, ...args]);
    }

    // ------------------------------------------------------------------ loading

    async reload() {
        this.state.loading = true;
        this.state.error = "";
        const page = await this.fetchPage(null);
        if (!page) {
            return;
        }
        Object.assign(this.state, { rows: page.rows, next: page.next, info: page.info });
        this.compose.state.program = page.info.program;
        this.loadedAt = Date.now();
        this.documentMail.setCount(this.props.resModel, this.props.resId, page.info.count);
        if (!this.activeRow) {
            this.state.activeId = null;
            this.state.reading = false;
            if (!this.isNarrow && page.rows.length) {
                this.state.activeId = this.entries[0].rows[0].id;
            }
        }
    }

    async loadMore() {
        if (!this.state.next || this.state.loading) {
            return;
        }
        this.state.loading = true;
        const page = await this.fetchPage(this.state.next);
        if (page) {
            const known = new Set(this.state.rows.map((row) => row.id));
            this.state.rows.push(...page.rows.filter((row) => !known.has(row.id)));
            this.state.next = page.next;
        }
    }

    async fetchPage(cursor) {
        try {
            const page = await this.keepLastPage.add(
                this.orm.silent.call("erp.email", "tab_page", [this.props.resModel, this.props.resId], {
                    cursor,
                    search: this.state.search,
                    filters: this.state.filters,
                    grouped: this.state.grouped,
                })
            );
            this.state.loading = false;
            return page;
        } catch (error) {
            this.state.loading = false;
            this.state.error = errorText(error, _t("The mail could not be loaded."));
        }
    }

    /** Somebody comes back from their mail program: what they wrote may have arrived. */
    refreshIfStale() {
        if (!this.isFiltered && Date.now() - this.loadedAt > 30_000) {
            this.reload();
        }
    }

    // ------------------------------------------------------------------ list

    get isNarrow() {
        return (this.root.el?.clientWidth || 1000) < 700;
    }

    select(rowId) {
        this.state.activeId = rowId;
        this.state.reading = true;
    }

    back() {
        this.state.reading = false;
    }

    move(step) {
        const entries = this.entries;
        const index = this.activeIndex;
        const entry = entries[Math.max(0, Math.min(entries.length - 1, index + step))];
        if (entry) {
            this.state.activeId = entry.rows[0].id;
            // What had the focus may go with the mail that was open.
            this.root.el.querySelector(".o_erp_email_list").focus({ preventScroll: true });
        }
        if (index + step >= entries.length - 3) {
            this.loadMore();
        }
    }

    onSearch(ev) {
        this.state.search = ev.target.value.trim();
        this.searchLater();
    }

    clearSearch() {
        this.searchInput.el.value = "";
        this.state.search = "";
        this.state.filters = [];
        this.reload();
    }

    toggleFilter(name) {
        const filters = new Set(this.state.filters);
        if (!filters.delete(name)) {
            filters.add(name);
            if (name === "in" || name === "out") {
                filters.delete(name === "in" ? "out" : "in");
            }
        }
        this.state.filters = [...filters];
        this.reload();
    }

    toggleGrouped() {
        this.state.grouped = !this.state.grouped;
        browser.localStorage.setItem(GROUPED_KEY, this.state.grouped ? "grouped" : "flat");
        this.reload();
    }

    // ------------------------------------------------------------------ toolbar

    write(kind, emailId = this.state.activeId) {
        return this.compose.write(kind, kind === "new" ? false : emailId);
    }

    print(emailId = this.state.activeId) {
        browser.open(url(`/erp_mail/${emailId}/print`), "_blank", "noopener");
    }

    download(emailId = this.state.activeId) {
        browser.open(url(`/erp_mail/${emailId}/source`), "_self");
    }

    attach() {
        this.dialog.add(AttachDialog, {
            ...this.document,
            onAttached: async (ids) => {
                await this.reload();
                this.select(ids[0]);
                this.notification.add(ids.length === 1 ? _t("Mail attached.") : _t("%s mails attached.", ids.length), {
                    type: "success",
                    buttons: [this.undoButton(() => this.call("tab_detach", ids))],
                });
            },
        });
    }

    async detach(emailId = this.state.activeId) {
        const entries = this.entries;
        const index = this.activeIndex;
        await this.call("tab_detach", [emailId]);
        if (emailId === this.state.activeId) {
            const rest = this.activeEntry.rows.filter((row) => row.id !== emailId);
            const neighbour = entries[index + 1] || entries[index - 1];
            this.state.activeId = (rest[0] || neighbour?.rows[0])?.id || null;
        }
        await this.reload();
        const close = this.notification.add(_t("Mail detached. No rule will put it here again."), {
            type: "info",
            autocloseDelay: 10_000,
            buttons: [
                this.undoButton(async () => {
                    close();
                    await this.call("tab_restore", [emailId]);
                    this.select(emailId);
                }),
            ],
        });
    }

    /** Yes or no to a suggestion. After the last one the tab shows the document's mail again. */
    async answer(emailId, belongs) {
        await this.call("tab_answer", [emailId], belongs ? "linked" : "detached");
        if (this.state.info.suggested <= 1) {
            this.state.filters = this.state.filters.filter((name) => name !== "suggested");
        }
        if (belongs) {
            this.state.activeId = emailId;
        }
        await this.reload();
        const close = this.notification.add(
            belongs ? _t("The mail belongs here now.") : _t("Rejected. No rule will suggest it here again."),
            {
                type: belongs ? "success" : "info",
                autocloseDelay: 10_000,
                buttons: [
                    this.undoButton(async () => {
                        close();
                        await this.call("tab_answer", [emailId], "suggested");
                    }),
                ],
            }
        );
    }

    undoButton(undo) {
        return {
            name: _t("Undo"),
            primary: true,
            onClick: async () => {
                await undo();
                await this.reload();
            },
        };
    }

    // ------------------------------------------------------------------ keyboard

    /** The keys of mail programs, while the list or the reading pane has the focus. */
    onKeydown(ev) {
        if (ev.target.closest("input, textarea, [contenteditable]") || ev.ctrlKey || ev.metaKey || ev.altKey) {
            return;
        }
        const actions = {
            j: () => this.move(1),
            ArrowDown: () => this.move(1),
            k: () => this.move(-1),
            ArrowUp: () => this.move(-1),
            Enter: () => (this.state.reading = true),
            Escape: () => this.back(),
            r: () => this.write("reply"),
            a: () => this.write("reply_all"),
            f: () => this.write("forward"),
            p: () => this.print(),
            "/": () => this.searchInput.el.focus(),
        };
        const needsMail = ["r", "a", "f", "p", "Enter"].includes(ev.key);
        const onControl = ev.key === "Enter" && ev.target.closest("button, a");
        if (!actions[ev.key] || onControl || (needsMail && !this.activeRow)) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        actions[ev.key]();
    }
}
