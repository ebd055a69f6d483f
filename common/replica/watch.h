// Server streams over a service's own changes: reads Feed::kChanges after a cursor, lets `map` turn each change into
// what this caller may see of it, writes that, and waits for more, until the caller leaves, its trust ends, or the
// service goes down.
//
//   async::Task<absl::Status> WatchReferrals(rpc::Call& call, const WatchReferralsRequest& request,
//                                           Writer<WatchReferralsResponse>& writer) {
//     call.ProveTie(common::v1::TIE_SELF);
//     auto map = [&](const store::Reader& reader, const Change& change,
//                    std::vector<WatchReferralsResponse>& out) -> absl::Status {
//       if (!change.has_referral() || !Concerns(change.referral(), call.organisation_id())) return absl::OkStatus();
//       NWD_ASSIGN_OR_RETURN(*out.emplace_back().mutable_event(), events_.Get(reader, change.referral()));
//       return absl::OkStatus();
//     };
//     co_return co_await replica::Watch(call, store_, tokens_, request.cursor(), writer, map);
//   }
//
// `map` adds nothing, one or several responses; Watch sets the `cursor` of each. It runs in a View shared by a batch of
// changes, which is at least as new as the change, and does not await; what is only restated does not reach it, since
// nothing happened. A cursor is bound to the method and the caller. An error of `map` ends the stream.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/base/macros.h"
#include "common/replica/feed_start.h"
#include "common/replica/limits.h"
#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/common/v1/change_service.pb.h"

namespace nwd::replica {

template <class Response, class Map>
async::Task<absl::Status> Watch(rpc::Call& call, store::Store& store, const tokens::Tokens& tokens,
                                const std::string& cursor, rpc::Writer<Response>& writer, Map& map) {
  const std::string feed = call.method().full_name();
  const std::string reader_name = call.caller().IsService() ? call.caller().service : call.organisation_id();
  NWD_CO_ASSIGN_OR_RETURN(store::Position after, co_await StartAfter(store, tokens, feed, reader_name, cursor));

  while (true) {
    NWD_CO_RETURN_IF_ERROR(call.CheckAlive());
    NWD_CO_RETURN_IF_ERROR(call.StillAdmitted());
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<store::FeedEntry> entries, ReadEntries(store, after, kWatchBatch));
    if (entries.empty()) {
      co_await store.WaitForFeed(store::Feed::kChanges, after, std::min(absl::Now() + kWatchSlice, call.deadline()));
      continue;
    }

    std::vector<Response> responses;
    auto body = [&](const store::Reader& reader) -> absl::Status {
      responses.clear();
      for (const store::FeedEntry& entry : entries) {
        common::v1::Change change;
        if (!change.ParseFromString(entry.bytes)) return absl::DataLossError("a change does not parse");
        if (change.restated()) continue;
        const size_t first = responses.size();
        NWD_RETURN_IF_ERROR(map(reader, change, responses));
        for (size_t i = first; i < responses.size(); ++i) {
          // A change is behind the reader only with its last response.
          const bool last = i + 1 == responses.size();
          responses[i].set_cursor(
              tokens::SealCursor(tokens, feed, reader_name, last ? entry.position : entry.position - 1));
        }
      }
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await store.View(body));
    for (const Response& response : responses) NWD_CO_RETURN_IF_ERROR(co_await writer.Write(response));
    after = entries.back().position;
    if (std::ssize(entries) < kWatchBatch) co_await async::SleepUntil(absl::Now() + kGather);
  }
}

}  // namespace nwd::replica
