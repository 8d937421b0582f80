import { fullDate, shortDate } from "./dates";
import { senderName } from "./entries";
import { errorText } from "./errors";

import { Component, onWillStart, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

/** Find stored mail by contact and words, pick one or many, and link them to the document. */
export class AttachDialog extends Component {
    static template = "erp_mail_integration.AttachDialog";
    static components = { Dialog, RecordSelector };
    static props = { resModel: String, resId: Number, onAttached: Function, close: Function };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.shortDate = shortDate;
        this.fullDate = fullDate;
        this.senderName = senderName;
        this.noSubject = _t("(no subject)");
        this.state = useState({ search: "", partnerId: false, rows: [], picked: new Set(), loading: true, error: "" });
        this.searchLater = useDebounced(() => this.search(), 250);
        useAutofocus({ refName: "words" });
        onWillStart(() => {
            this.search();
        });
    }

    get attachLabel() {
        const count = this.state.picked.size;
        return count > 1 ? _t("Attach %s mails", count) : _t("Attach");
    }

    async search() {
        this.state.loading = true;
        this.state.error = "";
        const { resModel, resId } = this.props;
        const { search, partnerId } = this.state;
        try {
            this.state.rows = await this.keepLast.add(
                this.orm.silent.call("erp.email", "tab_search", [resModel, resId, search, partnerId])
            );
        } catch (error) {
            this.state.error = errorText(error, _t("The search failed."));
        }
        this.state.loading = false;
    }

    onWords(ev) {
        this.state.search = ev.target.value.trim();
        this.searchLater();
    }

    onContact(id) {
        this.state.partnerId = id;
        this.search();
    }

    toggle(row) {
        if (!this.state.picked.delete(row.id)) {
            this.state.picked.add(row.id);
        }
    }

    async attach() {
        const ids = [...this.state.picked];
        await this.orm.call("erp.email", "tab_attach", [this.props.resModel, this.props.resId, ids]);
        this.props.close();
        await this.props.onAttached(ids);
    }
}
