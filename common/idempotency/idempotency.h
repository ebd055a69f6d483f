// Making a retry safe. In the body of a mutation, after the caller's tie to the object has been established:
//
//   auto effect = [&]() -> absl::StatusOr<WithdrawConsentResponse> { ... check, change, append ... };
//   return requests_.Once<WithdrawConsentResponse>(txn, call, request, effect);
//
// Where the request names no request_id the effect simply runs. Where it does, the response of the first OK run is
// kept, in the same transaction, under (organisation, method, request_id) for 7 days, and a replay gets it without the
// effect running again. Another body under the same id (compared by keyed hash) is ALREADY_EXISTS, reason
// REQUEST_ID_REUSED. Failed runs are not kept. What is kept is the response as it is: by the API's rule it holds ids,
// states, etags and times only. A call whose caller has gone while it waited for its turn has no effect.
//
// Rows live in the service's own store under table tags kept for this library (see common/store/keys.h). Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/hmac.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "google/protobuf/message.h"

namespace nwd::idempotency {

inline constexpr absl::Duration kKept = absl::Hours(24 * 7);

class Requests {
 public:
  explicit Requests(std::string_view key) : key_(key) {}

  template <class Response, class Request>
  absl::StatusOr<Response> Once(store::Txn& txn, const rpc::Call& call, const Request& request,
                                absl::FunctionRef<absl::StatusOr<Response>()> effect) const {
    if (absl::Status alive = call.CheckAlive(); !alive.ok()) return alive;
    if (request.request_id().empty()) return effect();
    Response response;
    absl::StatusOr<bool> replayed = Replay(txn, call, request, request.request_id(), response);
    if (!replayed.ok()) return replayed.status();
    if (*replayed) return response;
    absl::StatusOr<Response> result = effect();
    if (result.ok()) Keep(txn, call, request, request.request_id(), *result);
    return result;
  }

  // Forgets rows older than kKept, at most `limit` of them; answers how many. Run by a janitor now and then.
  absl::StatusOr<int> Sweep(store::Txn& txn, absl::Time now, int limit) const;

 private:
  absl::StatusOr<bool> Replay(store::Txn& txn, const rpc::Call& call, const google::protobuf::Message& request,
                              std::string_view request_id, google::protobuf::Message& response) const;
  void Keep(store::Txn& txn, const rpc::Call& call, const google::protobuf::Message& request,
            std::string_view request_id, const google::protobuf::Message& response) const;

  crypto::HmacKey key_;
};

}  // namespace nwd::idempotency
