import { Component } from "@odoo/owl";

import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** One box for the documents of all types: type a name or a number, choose, done. */
export class DocumentBox extends Component {
    static template = "erp_mail_integration.DocumentBox";
    static components = { AutoComplete };
    static props = { onSelect: Function };

    setup() {
        this.orm = useService("orm");
        this.sources = [
            {
                placeholder: _t("Searching…"),
                optionSlot: "document",
                options: (search) => this.search(search),
            },
        ];
    }

    async search(search) {
        if (search.trim().length < 2) {
            return [];
        }
        const found = await this.orm.silent.call("erp.email", "queue_search_documents", [search]);
        if (!found.length) {
            return [{ label: _t("No document has this name or number"), cssClass: "fst-italic" }];
        }
        return found.map((document) => ({
            label: document.name,
            data: document,
            onSelect: () => this.props.onSelect(document),
        }));
    }
}
