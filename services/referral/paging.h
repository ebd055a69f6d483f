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

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

  using Show = absl::FunctionRef<absl::StatusOr<bool>(std::string_view key, std::string_view value)>;

  // The next page's token; empty where the range is exhausted.
  absl::StatusOr<std::string> Fill(const store::Reader& reader, const store::Range& range, Show show) const {
    Filling filling;
    NWD_RETURN_IF_ERROR(reader.Scan(
        range, store::Direction::kForward,
        [&](std::string_view key, std::string_view value) { return Take(filling, key, key, value, show); }));
    return TokenAfter(filling);
  }

  // The same of the rows under several prefixes, in the order of what follows the prefix, which the token holds here:
  // for rows of one person, who has not so many that a page could not look at all of them.
  absl::StatusOr<std::string> FillMerged(const store::Reader& reader, const std::vector<std::string>& prefixes,
                                         Show show) const {
    std::string after;
    if (!request_.page_token().empty()) {
      NWD_ASSIGN_OR_RETURN(after, tokens_.Open(scope_, request_.page_token()));
      after.push_back('\0');
    }
    std::map<std::string, std::pair<std::string, std::string>> rows;  // by place: key and value
    for (const std::string& prefix : prefixes) {
      store::Range range = store::PrefixRange(prefix);
      range.begin += after;
      int found = 0;
      NWD_RETURN_IF_ERROR(
          reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
            rows.try_emplace(std::string(key.substr(prefix.size())), key, value);
            return ++found > kRowsPerPageMax ? store::Visit::kStop : store::Visit::kContinue;
          }));
    }
    Filling filling;
    for (const auto& [place, row] : rows) {
      if (Take(filling, place, row.first, row.second, show) == store::Visit::kStop) break;
    }
    return TokenAfter(filling);
  }

 private:
  struct Filling {
    int shown = 0;
    int looked_at = 0;
    std::string last;  // where the next page starts after
    bool more = false;
    absl::Status failed;
  };

  store::Visit Take(Filling& filling, std::string_view place, std::string_view key, std::string_view value,
                    Show show) const {
    if (filling.shown == size_ || filling.looked_at == kRowsPerPageMax) {
      filling.more = true;
      return store::Visit::kStop;
    }
    const absl::StatusOr<bool> added = show(key, value);
    if (!added.ok()) {
      filling.failed = added.status();
      return store::Visit::kStop;
    }
    ++filling.looked_at;
    if (*added) ++filling.shown;
    filling.last = place;
    return store::Visit::kContinue;
  }

  absl::StatusOr<std::string> TokenAfter(const Filling& filling) const {
    NWD_RETURN_IF_ERROR(filling.failed);
    return filling.more ? tokens_.Seal(scope_, filling.last) : std::string();
  }

  const tokens::Tokens& tokens_;
  const Request& request_;
  const std::string scope_;
  const int size_;
};

}  // namespace nwd::referral
