"""Run inside an Odoo process by ``test_install``; see :mod:`.inside`."""


def traces(env):
    """Return all that a module can leave in a database beyond its own records, as sorted lines."""
    env.cr.execute(
        """SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
             FROM information_schema.columns WHERE table_schema = 'public'
           UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
           UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace
           UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
           UNION ALL SELECT 'parameter ' || key FROM ir_config_parameter
           UNION ALL SELECT 'schedule ' || cron_name FROM ir_cron
           UNION ALL SELECT 'model ' || model FROM ir_model
           UNION ALL SELECT 'field ' || model || '.' || name FROM ir_model_fields
           UNION ALL SELECT 'view ' || name || ' ' || model FROM ir_ui_view WHERE model IS NOT NULL
           UNION ALL SELECT 'attachment ' || name || ' ' || coalesce(res_model, '') FROM ir_attachment
             WHERE coalesce(url, '') NOT LIKE '/web/assets/%'"""
    )
    return sorted({line for (line,) in env.cr.fetchall()})


def uninstall(env, names):
    """Do what the button in Apps does."""
    env["ir.module.module"].search([("name", "in", names)]).button_immediate_uninstall()
