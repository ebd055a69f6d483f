// A page of a list kept in key order: where it starts, how much it looks at, and the token that goes on after it.
//
//   Page<ListNotesRequest> page(tokens, call, request);
//   NWD_CO_ASSIGN_OR_RETURN(const store::Range range, page.RangeAfter(store::PrefixRange(prefix)));
//   ... in the view:  NWD_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), page.Fill(reader, range, show));
//
// `show(key, value)` adds the row to the response and says true, or passes it over. A page looks at kRowsPerPageMax
// rows at most; one that met that limit is short and its token goes on. Tokens hold the last key, encrypted, and serve
// this caller and query only. One page serves one call, on one thread; what it is given outlives it.
#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/base/macros.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "services/referral/limits.h"

namespace nwd::referral {

template <class Request>
class Page {
 public:
  Page(const tokens::Tokens& tokens, const rpc::Call& call, const Request& request)
      : tokens_(tokens),
        request_(request),
        scope_(tokens::PageScope(call.organisation_id(), request)),
        size_(tokens::PageSize(request.page_size())) {}

  // What of `whole` comes after the page token.
  absl::StatusOr<store::Range> RangeAfter(store::Range whole) const {
    if (request_.page_token().empty()) return whole;
    NWD_ASSIGN_OR_RETURN(std::string last_key, tokens_.Open(scope_, request_.page_token()));
    whole.begin = std::move(last_key);
    whole.begin.push_back('\0');  // the next possible key
    return whole;
  }

  // The next page's token; empty where the range is exhausted.
  absl::StatusOr<std::string> Fill(
      const store::Reader& reader, const store::Range& range,
      absl::FunctionRef<absl::StatusOr<bool>(std::string_view key, std::string_view value)> show) const {
    int shown = 0;
    int looked_at = 0;
    std::string last_key;
    bool more = false;
    absl::Status failed;
    NWD_RETURN_IF_ERROR(
        reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
          if (shown == size_ || looked_at == kRowsPerPageMax) {
            more = true;
            return store::Visit::kStop;
          }
          const absl::StatusOr<bool> added = show(key, value);
          if (!added.ok()) {
            failed = added.status();
            return store::Visit::kStop;
          }
          ++looked_at;
          if (*added) ++shown;
          last_key = key;
          return store::Visit::kContinue;
        }));
    NWD_RETURN_IF_ERROR(failed);
    return more ? tokens_.Seal(scope_, last_key) : std::string();
  }

 private:
  const tokens::Tokens& tokens_;
  const Request& request_;
  const std::string scope_;
  const int size_;
};

}  // namespace nwd::referral
