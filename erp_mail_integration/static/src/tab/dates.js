import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime } from "@web/core/l10n/dates";

const { DateTime } = luxon;

/** As mail programs do: the time today, the day this year, else the date. */
export function shortDate(serialized, now = DateTime.local()) {
    const date = deserializeDateTime(serialized);
    if (date.hasSame(now, "day")) {
        return date.toLocaleString(DateTime.TIME_SIMPLE);
    }
    if (date.hasSame(now.minus({ days: 1 }), "day")) {
        return _t("Yesterday");
    }
    if (date.hasSame(now, "year")) {
        return date.toLocaleString({ day: "numeric", month: "short" });
    }
    return date.toLocaleString(DateTime.DATE_SHORT);
}

/** For the mail that is being read: the day, and always the time. */
export function dayAndTime(serialized, now = DateTime.local()) {
    const date = deserializeDateTime(serialized);
    const year = date.hasSame(now, "year") ? {} : { year: "numeric" };
    return date.toLocaleString({ ...year, month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
}

export function fullDate(serialized) {
    return deserializeDateTime(serialized).toLocaleString(DateTime.DATETIME_MED_WITH_WEEKDAY);
}
