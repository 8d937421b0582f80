import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * Mails dropped on the tab are stored and linked to its document.
 *
 * @param {Object} root ref of the element that takes drops
 * @param {{enabled: () => boolean, target: () => {resModel: string, resId: number}, onUploaded: () => any}} options
 */
export function useEmailUpload(root, { enabled, target, onUploaded }) {
    const http = useService("http");
    const notification = useService("notification");

    async function upload(files) {
        const { resModel, resId } = target();
        const { stored, errors } = await http.post("/erp_mail/upload", {
            csrf_token: odoo.csrf_token,
            res_model: resModel,
            res_id: resId,
            ufile: [...files],
        });
        for (const error of errors) {
            notification.add(error, { type: "danger", sticky: true });
        }
        if (stored) {
            notification.add(stored === 1 ? _t("Mail attached.") : _t("%s mails attached.", stored), {
                type: "success",
            });
            await onUploaded();
        }
    }

    useDropzone(root, (ev) => upload(ev.dataTransfer.files), "o_erp_email_dropzone", enabled);
    return { upload };
}
