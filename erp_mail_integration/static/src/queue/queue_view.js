import { QueuePreview } from "./queue_preview";

import { useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/** A queue: the list as everywhere, and beside it the mail that has the focus, with everything that can be done. */
export class QueueController extends ListController {
    static template = "erp_mail_integration.QueueView";
    static components = { ...ListController.components, QueuePreview };

    setup() {
        super.setup();
        this.counts = useService("erp_email_queue_counts");
        this.preview = useState({ id: false });
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
        const records = this.previewRecords;
        return records.find((record) => record.resId === this.preview.id) || records[0];
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
        this.preview.id = record.resId;
        // The row that is shown has the focus: arrow keys go on from there.
        const row = this.rootRef.el.querySelector(`tr.o_data_row[data-id="${record.id}"]`);
        row?.querySelector("td.o_data_cell")?.focus();
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
        this.counts.update();
    }
}

registry.category("views").add("erp_email_queue", { ...listView, Controller: QueueController });
