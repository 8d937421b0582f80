import { useRef } from "@odoo/owl";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { registry } from "@web/core/registry";
import { useFileUploader } from "@web/core/utils/files";
import { Many2ManyBinaryField, many2ManyBinaryField } from "@web/views/fields/many2many_binary/many2many_binary_field";

/** Odoo's field of attached files, where files can be dropped as well. */
export class DroppedFilesField extends Many2ManyBinaryField {
    static template = "erp_mail_integration.DroppedFilesField";

    setup() {
        super.setup();
        const upload = useFileUploader();
        useDropzone(
            useRef("root"),
            async (ev) => {
                const files = await upload("/web/binary/upload_attachment", {
                    csrf_token: odoo.csrf_token,
                    ufile: [...ev.dataTransfer.files],
                    model: this.props.record.resModel,
                    id: this.props.record.resId || 0,
                });
                await this.onFileUploaded(files || []);
            },
            "o_erp_email_dropzone",
            () => !this.props.readonly
        );
    }
}

registry.category("fields").add("erp_email_dropped_files", { ...many2ManyBinaryField, component: DroppedFilesField });
