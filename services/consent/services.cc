#include "services/consent/services.h"

#include "common/log/log.h"
#include "common/text/latin.h"

#include "common/receipt/envelope.h"

namespace nwd::consent {
namespace {

constexpr std::string_view kAuditKey = "consent/audit";

}  // namespace

Services::Services(store::Store& store, store::Store& keys, const crypto::HubKey& hub_key, const Clock& clock,
                   const access::Registry& registry, AskOrganisation ask, AskAgreement ask_agreement,
                   metrics::Registry& metrics, const Options& options, const audit::Log* audit_log)
    : references_(hub_key),
      hashes_(hub_key),
      codes_(hub_key),
      audit_(hub_key.Derive(kAuditKey)),
      requests_(hub_key.Derive("consent/requests")),
      tokens_(hub_key.Derive("consent/tokens")),
      person_keys_(keys, hub_key.WrappingKeys(kWrappingPurpose)),
      organisations_(registry, std::move(ask)),
      agreements_(store, std::move(ask_agreement)),
      check_log_(store, audit_),
      unused_keys_(store, person_keys_),
      workers_(kMatchThreads, kMatchesWaitingMax),
      figures_(metrics),
      options_(options),
      parts_{store,         person_keys_, references_, hashes_,        codes_,      audit_,
             audit_log,     requests_,    tokens_,     organisations_, agreements_, check_log_,
             notice_bells_, unused_keys_, workers_,    clock,          figures_,    options_},
      person_(parts_),
      match_(parts_),
      main_contact_(parts_),
      enrolment_(parts_),
      text_(parts_),
      consent_(parts_),
      decision_(parts_),
      corroboration_(parts_),
      in_force_(parts_),
      receipt_(parts_, receipt::SigningKeyOf(hub_key)),
      authority_(parts_),
      authority_acts_(parts_),
      access_(parts_),
      emergency_(parts_),
      explain_(parts_),
      record_(parts_),
      disclosure_(parts_),
      notice_(parts_, receipt::SigningKeyOf(hub_key)),
      version_(parts_),
      janitor_(parts_),
      registration_(metrics.OnScrape([this](metrics::Scrape& scrape) {
        scrape.Gauge("nwd_consent_checks_waiting", "Checks answered whose audit entry is not durable yet.",
                     static_cast<double>(check_log_.Waiting()));
      })) {}

void Services::Register(rpc::Router& router) {
  person_.Register(router);
  match_.Register(router);
  main_contact_.Register(router);
  enrolment_.Register(router);
  text_.Register(router);
  consent_.Register(router);
  decision_.Register(router);
  corroboration_.Register(router);
  in_force_.Register(router);
  receipt_.Register(router);
  authority_.Register(router);
  authority_acts_.Register(router);
  access_.Register(router);
  emergency_.Register(router);
  explain_.Register(router);
  record_.Register(router);
  disclosure_.Register(router);
  notice_.Register(router);
  version_.Register(router);
}

async::Task<void> Services::PrepareNames() {
  const auto prepare = [] {
    text::PrepareLatin();
    return absl::OkStatus();
  };
  const absl::Status prepared = co_await workers_.Run(prepare);
  if (!prepared.ok()) log::Line(log::Level::kWarning, "consent.names_not_prepared").Status(prepared).Emit();
}

}  // namespace nwd::consent
