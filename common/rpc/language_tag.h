// Language tags as RFC 5646 (BCP 47) writes them: "en", "pt-BR", "zh-Hant", "sl-rozaj-biske", "de-u-co-phonebk".
//
// Well-formed is what the RFC's grammar allows, whether or not its parts are registered, in any case. Two things it
// allows are refused, as they can only be slips: a language of four to eight letters, none of which was ever registered
// ("english"), and the grandfathered tags, all long replaced ("i-klingon"). Thread-safe.
#pragma once

#include <string_view>

namespace nwd::rpc {

bool IsLanguageTag(std::string_view text);

}  // namespace nwd::rpc
