import { Component, useRef } from "@odoo/owl";

/**
 * The HTML of a mail in a frame that can do nothing: no script, no form, no navigation of the page around it.
 * It keeps the page's origin so that the tab can measure it and hear its keys; nothing in it runs that could
 * use the origin.
 */
export class EmailFrame extends Component {
    static template = "erp_mail_integration.EmailFrame";
    static props = { src: String, title: String, onKeydown: Function };

    setup() {
        this.frame = useRef("frame");
    }

    onLoad() {
        const content = this.frame.el.contentDocument;
        if (!content?.body) {
            return;
        }
        const fit = () => {
            // Bounded: a mail may claim to be a million pixels high.
            const height = Math.min(content.documentElement.scrollHeight, 20_000);
            this.frame.el.style.height = `${height + 2}px`;
        };
        fit();
        new ResizeObserver(fit).observe(content.body);
        content.addEventListener("keydown", (ev) => this.props.onKeydown(ev));
    }
}
