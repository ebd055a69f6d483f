#include "common/rpc/limiter.h"

#include "common/base/strings.h"
#include "common/status/status.h"

namespace nwd::rpc {

Limiter::Ticket::~Ticket() {
  if (limiter_ != nullptr) limiter_->Leave(*this);
}

absl::Status Limiter::Enter(const access::Caller& caller, bool stream, Ticket* ticket) {
  absl::MutexLock lock(&mutex_);
  Counts* own = nullptr;
  const std::string& id = caller.OrganisationId();
  if (!id.empty()) own = &by_organisation_[id];
  const auto full = [stream](const Counts& counts, int calls_max, int streams_max) {
    return stream ? counts.streams >= streams_max : counts.calls >= calls_max;
  };
  const std::string_view what = stream ? std::string_view(streams_) : "calls in flight";
  if (full(all_, limits_.in_flight_max, limits_.streams_max)) {
    return status::Shed(Cat("the service is at its limit of ", what), kShedRetryAfter);
  }
  if (own != nullptr && full(*own, limits_.in_flight_per_organisation_max, limits_.streams_per_organisation_max)) {
    return status::Shed(Cat("your organisation is at its limit of ", what), kShedRetryAfter);
  }
  ++(stream ? all_.streams : all_.calls);
  if (own != nullptr) ++(stream ? own->streams : own->calls);
  ticket->limiter_ = this;
  ticket->stream_ = stream;
  ticket->organisation_id_ = id;
  return absl::OkStatus();
}

void Limiter::Leave(const Ticket& ticket) {
  absl::MutexLock lock(&mutex_);
  --(ticket.stream_ ? all_.streams : all_.calls);
  if (ticket.organisation_id_.empty()) return;
  const auto own = by_organisation_.find(ticket.organisation_id_);
  --(ticket.stream_ ? own->second.streams : own->second.calls);
  if (own->second.calls == 0 && own->second.streams == 0) by_organisation_.erase(own);
}

}  // namespace nwd::rpc
