import { FileModel } from "@web/core/file_viewer/file_model";
import { humanSize } from "@web/core/utils/binary";
import { url } from "@web/core/utils/urls";

/** An attachment of a stored mail, in the shape that Odoo's file viewer shows. It comes out of the mail's source. */
export class EmailAttachment extends FileModel {
    type = "binary";

    constructor(emailId, { index, name, mimetype, size }) {
        super();
        Object.assign(this, { id: `${emailId}-${index}`, name, mimetype, size });
        this.path = `/erp_mail/${emailId}/attachment/${index}`;
    }

    get sizeText() {
        return humanSize(this.size);
    }

    get urlRoute() {
        return this.path;
    }

    get urlQueryParams() {
        return { preview: 1 };
    }

    get downloadUrl() {
        return url(this.path);
    }

    /** An SVG is a program: it is shown as text. */
    get isImage() {
        return super.isImage && this.mimetype !== "image/svg+xml";
    }

    get isText() {
        return super.isText || /^(text|message)\/|^image\/svg\+xml$/.test(this.mimetype);
    }

    get isVideo() {
        return false;
    }
}
