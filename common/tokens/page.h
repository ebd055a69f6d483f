// Where a page of a list begins.
//
//   const std::string scope = tokens::PageScope(call.organisation_id(), request);
//   NWD_CO_ASSIGN_OR_RETURN(const std::string after, tokens::PageStart(tokens_, scope, request));
//   ... read what comes after `after`; where the page is full: set_next_page_token(tokens_.Seal(scope, last)) ...
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/tokens/tokens.h"

namespace nwd::tokens {

// What the page before sealed; empty for the first page. A token that is not one of this scope: INVALID_TOKEN.
template <class Request>
absl::StatusOr<std::string> PageStart(const Tokens& tokens, std::string_view scope, const Request& request) {
  if (request.page_token().empty()) return std::string();
  return tokens.Open(scope, request.page_token());
}

}  // namespace nwd::tokens
