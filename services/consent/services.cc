#include "services/consent/services.h"

#include "common/log/log.h"
#include "common/text/latin.h"

#include "common/receipt/envelope.h"

namespace nwd::consent {
namespace {

constexpr std::string_view kAuditKey = "consent/audit";

}  // namespace

Services::Services(Given given)
    : references_(given.hub_key),
      hashes_(given.hub_key),
      codes_(given.hub_key),
      audit_(given.hub_key.Derive(kAuditKey)),
      requests_(given.hub_key.Derive("consent/requests")),
      tokens_(given.hub_key.Derive("consent/tokens"), given.epoch),
      person_keys_(given.keys, given.hub_key.WrappingKeys(kWrappingPurpose)),
      organisations_(given.registry, std::move(given.ask_organisation)),
      agreements_(given.store, std::move(given.ask_agreement)),
      check_log_(given.store, audit_),
      unused_keys_(given.store, person_keys_),
      off_host_(given.store),
      workers_(kMatchThreads, kMatchesWaitingMax),
      figures_(given.metrics),
      options_(given.options),
      parts_{given.store, person_keys_, references_,    hashes_,     codes_,     audit_,        given.audit_log,
             requests_,   tokens_,      organisations_, agreements_, check_log_, notice_bells_, unused_keys_,
             off_host_,   workers_,     given.clock,    figures_,    options_},
      person_(parts_),
      match_(parts_),
      main_contact_(parts_),
      enrolment_(parts_),
      text_(parts_),
      consent_(parts_),
      decision_(parts_),
      corroboration_(parts_),
      in_force_(parts_),
      receipt_(parts_, receipt::SigningKeyOf(given.hub_key)),
      authority_(parts_),
      authority_acts_(parts_),
      access_(parts_),
      emergency_(parts_),
      explain_(parts_),
      record_(parts_),
      disclosure_(parts_),
      notice_(parts_, receipt::SigningKeyOf(given.hub_key)),
      cases_(parts_, given.calendar),
      exports_(parts_, given.elsewhere),
      erasure_following_(parts_, given.elsewhere, std::move(given.key_files), std::move(given.steady_now)),
      erasure_(parts_, erasure_following_),
      ledger_(parts_, ledger::Keys(given.hub_key, kServiceName)),
      version_(parts_),
      janitor_(parts_),
      registration_(given.metrics.OnScrape([this](metrics::Scrape& scrape) {
        scrape.Gauge("nwd_consent_checks_waiting", "Checks answered whose audit entry is not durable yet.",
                     static_cast<double>(check_log_.Waiting()));
        scrape.Gauge("nwd_consent_ledger_behind", "Changes that are not known to be in the off-host ledger.",
                     static_cast<double>(off_host_.Behind()));
        scrape.Gauge("nwd_consent_ledger_asked_seconds", "Since the ledger was asked for last; infinite: never.",
                     absl::ToDoubleSeconds(off_host_.SinceAsked()));
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
  cases_.Register(router);
  exports_.Register(router);
  erasure_.Register(router);
  ledger_.Register(router);
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
