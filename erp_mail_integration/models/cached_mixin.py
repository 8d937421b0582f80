from odoo import api, models


class CachedMixin(models.AbstractModel):
    """Rows that ormcached methods read: a change of any of them empties the caches of the registry."""

    _name = "erp.email.cached.mixin"
    _description = "Rows Kept in Memory"

    _emptied_caches = ("default",)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache(*self._emptied_caches)
        return records

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache(*self._emptied_caches)
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache(*self._emptied_caches)
        return result
