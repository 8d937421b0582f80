import { registry } from "@web/core/registry";

/** Links to the mail program on an incident of Carl's, assigned to the administrator: each carries the incident's tag. */
const tagged = (address) => `a[href^="mailto:${address}?subject=%5Bxtref%3AI-"]`;

registry.category("web_tour.tours").add("erp_email_mailto", {
    steps: () => [
        // The link itself shows while the mouse is over it.
        { content: "The contact's address", trigger: `div[name=partner_email]:has(${tagged("carl@acme.example")})` },
        {
            content: "The colleague's card",
            trigger: "div[name=user_id] .o_avatar img, div[name=user_id] .o_m2o_avatar img",
            run: "click",
        },
        { content: "Has the link too", trigger: `.o_avatar_card ${tagged("admin@shop.example")}` },
    ],
});
