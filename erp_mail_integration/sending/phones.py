"""Phone numbers as people enter them, checked with Google's libphonenumber."""

import phonenumbers


def international(number: str, country: str = "") -> str:
    """The number in international form where that can be known.

    :param country: ISO code of the country that numbers without ``+`` belong to
    :returns: '' if this cannot be a phone number

    >>> international("044 111 22 33", "CH"), international("044 111 22 33"), international("+41 44 1")
    ('+41441112233', '044 111 22 33', '')
    """
    if any(character.isalpha() for character in number):
        return number.strip()  # 1-800-FLOWERS: gateways take letters
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException as error:
        unknown_country = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        known = not number.strip().startswith("+") and unknown_country and not country
        return number.strip() if known else ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
