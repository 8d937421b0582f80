import { useEffect, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { FormCompiler } from "@web/views/form/form_compiler";
import { FormRenderer } from "@web/views/form/form_renderer";

/** The number of mails on the Email tab. Counted up to a bound, above which it is shown as "1000+". */

patch(FormCompiler.prototype, {
    compileNotebook(el, params) {
        const notebook = super.compileNotebook(el, params);
        for (const slot of notebook.querySelectorAll("[t-set-slot]")) {
            if (/^["'`]erp_email["'`]$/.test(slot.getAttribute("name"))) {
                slot.setAttribute("title", `__comp__.emailTabTitle(${slot.getAttribute("title")})`);
            }
        }
        return notebook;
    },
});

patch(FormRenderer.prototype, {
    setup() {
        super.setup();
        if (!this.props.archInfo.xmlDoc.querySelector("page[name='erp_email']")) {
            return;
        }
        const documentMail = useService("erp_document_mail");
        this.documentMail = useState(documentMail.known);
        useEffect(
            (resModel, resId) => {
                if (resId) {
                    documentMail.load(resModel, resId);
                }
            },
            () => [this.props.record.resModel, this.props.record.resId]
        );
    },

    emailTabTitle(title) {
        const { resModel, resId } = this.props.record;
        const count = this.documentMail?.[`${resModel},${resId}`]?.count;
        return count ? _t("%(title)s (%(count)s)", { title, count: count >= 1000 ? "1000+" : count }) : title;
    },
});
