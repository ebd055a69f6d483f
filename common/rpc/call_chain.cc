#include "common/rpc/call_chain.h"

#include "absl/time/clock.h"
#include "common/access/policy.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "common/rpc/limits.h"
#include "common/rpc/token_form.h"
#include "common/rpc/traceparent.h"
#include "common/rpc/validation.h"
#include "common/status/status.h"
#include "common/tls/identity.h"

namespace nwd::rpc {
namespace {

absl::Status CheckTie(const Call& call) {
  if (call.TieProved()) return absl::OkStatus();
  return absl::InternalError(Cat(call.method().full_name(), " would answer without having established its tie"));
}

// Lets a stream's responses through once the tie is proved.
class TiedWriter final : public RawWriter {
 public:
  TiedWriter(const Call& call, RawWriter& to) : call_(call), to_(to) {}
  async::Task<absl::Status> Write(const Message& response) override {
    return call_.TieProved() ? to_.Write(response) : Refuse();
  }

 private:
  async::Task<absl::Status> Refuse() { co_return CheckTie(call_); }

  const Call& call_;
  RawWriter& to_;
};

// What is wrong with the metadata and with the request, all at once. What the handler would say of the request alone is
// asked for only where something is wrong: it says it itself otherwise.
absl::Status CheckContent(const Route& route, const Call& call, const Message& request) {
  status::Violations violations;
  if (route.rule.about_person() && !call.caller().IsService() && !ids::IsPractitioner(call.practitioner())) {
    violations.Add("metadata nwd-practitioner",
                   "names the practitioner who acts, [A-Za-z0-9_-]{1,64}; calls about a person need it");
  }
  absl::Status valid = Validate(request, call.Now(), std::move(violations));
  if (valid.ok()) return valid;
  violations = status::Violations::Of(valid);
  violations.AddNew(CheckTokenForm(request));
  if (route.check) violations.AddNew(route.check(call, request));
  return violations.ToStatus();
}

// The handler, given a request that is as declared; no answer leaves it before the declared tie is proved.
async::Task<absl::Status> Handle(const Route& route, Call& call, const Message& request, Message* response,
                                 RawWriter* stream) {
  NWD_CO_RETURN_IF_ERROR(CheckContent(route, call, request));
  NWD_CO_RETURN_IF_ERROR(call.CheckAlive());
  if (stream != nullptr) {
    TiedWriter tied(call, *stream);
    NWD_CO_RETURN_IF_ERROR(co_await route.stream(call, request, tied));
  } else {
    NWD_CO_RETURN_IF_ERROR(co_await route.unary(call, request, *response));
  }
  co_return CheckTie(call);
}

log::Level LevelOf(const absl::Status& status) {
  if (!status::IsOurs(status)) return log::Level::kInfo;
  return absl::IsUnavailable(status) ? log::Level::kWarning : log::Level::kError;
}

}  // namespace

CallChain::CallChain(const ServerOptions& options, const Router& router, const std::atomic<bool>& draining)
    : options_(options),
      draining_(draining),
      limiter_(options.limits),
      call_metrics_(std::make_unique<metrics::GrpcServerMetrics>(*options.metrics)) {
  for (const auto& route : router.routes()) {
    metrics_[route.get()] =
        &call_metrics_->Add(route->method->service()->full_name(), route->method->name(),
                            route->stream ? metrics::RpcType::kServerStream : metrics::RpcType::kUnary);
  }
}

async::Task<void> CallChain::Serve(const Route& route, Call& call, Exchange& exchange, absl::Time arrived) {
  metrics::GrpcServerMetrics::Method& figures = MetricsOf(route);
  figures.Started();
  Limiter::Ticket ticket;
  const std::unique_ptr<Message> request(route.request_prototype->New());
  const std::unique_ptr<Message> response(route.stream ? nullptr : route.response_prototype->New());
  const PeerFacts peer = exchange.Peer();
  absl::Status status = co_await Admit(route, peer, call, ticket);
  if (status.ok()) status = exchange.Parse(*request);
  if (status.ok()) {
    figures.Received();
    status = co_await Handle(route, call, *request, response.get(), exchange.stream());
  }
  if (status.ok() && response != nullptr) figures.Sent();
  co_await exchange.Answer(status, response.get());
  Finish(route, call, status, absl::Now() - arrived);
}

async::Task<absl::Status> CallChain::Identify(const PeerFacts& peer, Call::Facts& facts) {
  NWD_CO_ASSIGN_OR_RETURN(const tls::Identity identity, tls::ParseIdentity(peer.uris, options_.trust_domain));
  facts.caller.identity = identity.Uri();
  facts.caller.serial = peer.serial;
  if (identity.is_service()) {
    facts.caller.kind = access::Caller::Kind::kService;
    facts.caller.service = identity.name;
    co_return absl::OkStatus();
  }
  facts.caller.organisation = options_.registry->FindByIdentity(facts.caller.identity);
  if (facts.caller.organisation == nullptr && options_.on_unknown_identity) {
    std::string asked = facts.caller.identity;
    NWD_CO_RETURN_IF_ERROR(co_await options_.on_unknown_identity(asked));
    facts.caller.organisation = options_.registry->FindByIdentity(facts.caller.identity);
  }
  if (facts.caller.organisation != nullptr) facts.caller.kind = access::Caller::Kind::kOrganisation;
  co_return absl::OkStatus();
}

async::Task<absl::Status> CallChain::Admit(const Route& route, const PeerFacts& peer, Call& call,
                                           Limiter::Ticket& ticket) {
  Call::Facts facts;
  facts.trace_id = TraceIdIn(peer.traceparent);
  if (facts.trace_id.empty()) facts.trace_id = NewTraceId();
  // A stream lives as long as its caller wants; a call without a deadline gets one.
  facts.deadline =
      peer.deadline != absl::InfiniteFuture() || route.stream ? peer.deadline : absl::Now() + kDefaultDeadline;
  absl::Status identified = co_await Identify(peer, facts);
  facts.practitioner = peer.practitioner;
  call.SetFacts(std::move(facts));
  call.SetRegistry(options_.registry);
  if (route.stream) call.SetDraining(&draining_);
  NWD_CO_RETURN_IF_ERROR(identified);
  NWD_CO_RETURN_IF_ERROR(access::AdmitCertificate(call.caller(), *options_.registry));
  NWD_CO_RETURN_IF_ERROR(access::Admit(route.rule, call.caller()));
  NWD_CO_RETURN_IF_ERROR(access::AdmitSponsor(call.caller(), *options_.registry));
  co_return limiter_.Enter(call.caller(), static_cast<bool>(route.stream), &ticket);
}

void CallChain::Finish(const Route& route, const Call& call, const absl::Status& status, absl::Duration latency) {
  const absl::StatusCode answered = status::WireCode(status);
  MetricsOf(route).Handled(static_cast<int>(answered), latency);
  log::Line line(LevelOf(status), "rpc.call");
  line.Str("method", route.method->full_name()).Str("trace_id", call.trace_id());
  if (call.caller().organisation != nullptr) {
    line.Str("organisation", call.caller().organisation->slug);
  } else if (call.caller().IsService()) {
    line.Str("service", call.caller().service);
  }
  line.Int("latency_us", absl::ToInt64Microseconds(latency)).Str("code", absl::StatusCodeToString(answered));
  // Messages for callers say nothing about people, but only our own failures are the operator's business.
  if (status::IsOurs(status)) line.Str("error", StdView(status.message()));
  line.Emit();
}

}  // namespace nwd::rpc
