import { ReplyWarnings } from "./reply_warnings";

import { useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

/**
 * Writing mail about a document, in the reader's own mail program or in Odoo.
 *
 * @param {() => {resModel: string, resId: number}} getDocument
 */
export function useCompose(getDocument, onSent = () => {}) {
    const orm = useService("orm");
    const action = useService("action");
    const dialog = useService("dialog");
    const notification = useService("notification");
    const store = useService("mail.store");
    const state = useState({ program: "" });

    function onComposerClosed() {
        const { resModel, resId } = getDocument();
        store.Thread.get({ model: resModel, id: resId })?.fetchNewMessages();
        onSent();
    }

    async function open({ url, action: composer, message }) {
        if (url) {
            browser.open(url, "_self");
        } else if (composer) {
            await action.doAction(composer, { onClose: onComposerClosed });
        }
        if (message) {
            notification.add(message, { type: "success" });
        }
    }

    async function write(kind, emailId) {
        const { resModel, resId } = getDocument();
        const draft = await orm.call("erp.email", "tab_compose", [resModel, resId, kind, emailId]);
        if (draft.warnings.length) {
            dialog.add(ReplyWarnings, { warnings: draft.warnings, confirm: () => open(draft) });
            return;
        }
        await open(draft);
        if (kind === "reply" && draft.dropped) {
            const close = notification.add(_t("Not among the recipients: %s", draft.dropped), {
                type: "warning",
                autocloseDelay: 10_000,
                buttons: [
                    {
                        name: _t("Reply to all instead"),
                        onClick: () => {
                            close();
                            write("reply_all", emailId);
                        },
                    },
                ],
            });
        }
    }

    const programs = [
        { value: "mailto", label: _t("Write in my mail program") },
        { value: "odoo", label: _t("Write in Odoo") },
    ];

    return {
        state,
        programs,
        get programLabel() {
            return programs.find(({ value }) => value === state.program)?.label;
        },
        write,
        async setProgram(value) {
            state.program = value;
            await orm.write("res.users", [user.userId], { erp_email_program: value });
        },
    };
}
