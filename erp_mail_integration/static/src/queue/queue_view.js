import { QueuePreview } from "./queue_preview";

import { useEffect, useState, useSubEnv } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListController } from "@web/views/list/list_controller";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

/** The record whose mail is shown: the chosen one, the first while none is. */
function previewed(records, { id }) {
    return records.find((record) => record.resId === id) || records[0];
}

/** The list, with a mark on the row whose mail is shown beside it. */
export class QueueRenderer extends ListRenderer {
    setup() {
        super.setup();
        this.preview = useState(this.env.emailPreview);
        // After a click or an action the row that is shown has the focus: arrow keys go on from there.
        useEffect(
            (focus) => {
                if (focus) {
                    this.preview.focus = false;
                    this.tableRef.el?.querySelector(".o_erp_previewed td.o_data_cell")?.focus();
                }
            },
            () => [this.preview.focus]
        );
    }

    getRowClass(record) {
        const shown = previewed(this.props.list.records, this.preview);
        return `${super.getRowClass(record)} ${record === shown ? "o_erp_previewed" : ""}`;
    }
}

/** A queue: the list as everywhere, and beside it the mail that has the focus, with everything that can be done. */
export class QueueController extends ListController {
    static template = "erp_mail_integration.QueueView";
    static components = { ...ListController.components, QueuePreview };

    setup() {
        super.setup();
        this.counts = useService("erp_email_queue_counts");
        this.preview = useState({ id: false, focus: false });
        useSubEnv({ emailPreview: this.preview });
        this.counts.update();
    }

    get queue() {
        return this.props.context.queue || "unassociated";
    }

    /** All records of the page, whether grouped or not. */
    get previewRecords() {
        return this.model.root.records || [];
    }

    get previewRecord() {
        return previewed(this.previewRecords, this.preview);
    }

    get previewIds() {
        const selection = this.model.root.selection || [];
        return selection.length ? selection.map((record) => record.resId) : [this.previewRecord.resId];
    }

    /** A click, or Enter, shows the mail here; the form is one more step away. */
    async openRecord(record, options) {
        if (this.env.isSmall || options?.newWindow) {
            return super.openRecord(record, options);
        }
        Object.assign(this.preview, { id: record.resId, focus: true });
    }

    onFocusin(ev) {
        const row = ev.target.closest?.("tr.o_data_row");
        const record = row && this.previewRecords.find((candidate) => candidate.id === row.dataset.id);
        if (record) {
            this.preview.id = record.resId;
        }
    }

    /** The mail has left the queue: show the next one in its place. */
    async onDone() {
        const records = this.previewRecords;
        const done = new Set(this.previewIds);
        const index = records.findIndex((record) => record.resId === this.previewRecord.resId);
        const next = records.slice(index + 1).find((record) => !done.has(record.resId));
        this.preview.id = next ? next.resId : false;
        await this.model.root.load();
        this.preview.focus = true;
        this.counts.update();
    }
}

registry
    .category("views")
    .add("erp_email_queue", { ...listView, Controller: QueueController, Renderer: QueueRenderer });
