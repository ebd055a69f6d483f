// What the RPC services of this service share. Everything is owned by Services and outlives the handlers. All of it is
// thread-safe: handlers use it on any of the server's queues, many at once.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/worker_pool.h"
#include "common/audit/audit.h"
#include "common/base/clock.h"
#include "common/base/macros.h"
#include "common/idempotency/idempotency.h"
#include "common/metrics/metrics.h"
#include "common/person_keys/person_keys.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/common/v1/change_service.pb.h"
#include "services/consent/agreement_lookup.h"
#include "services/consent/check_log.h"
#include "services/consent/identifier_hashes.h"
#include "services/consent/limits.h"
#include "services/consent/notice_bells.h"
#include "services/consent/off_host.h"
#include "services/consent/one_time_codes.h"
#include "services/consent/organisations.h"
#include "services/consent/references.h"
#include "services/consent/storage.pb.h"
#include "services/consent/unused_keys.h"

namespace nwd::audit {
class Log;
}

namespace nwd::consent {

// Figures of the field, beside those of every RPC.
struct Figures {
  explicit Figures(metrics::Registry& registry);
  metrics::Counter checks_permitted, checks_denied;
  metrics::Counter reads_permitted, reads_denied;
  metrics::Counter withdrawals, notices, corruptions;
  metrics::Counter matches_shown, matches_confirmed, matches_refused;
  metrics::Counter notice_reminders;
  metrics::Gauge notices_open, notices_overdue;
  metrics::Gauge emergency_reviews_overdue, cases_overdue, erasures_open;
  metrics::Counter enrolments, codes_refused;
};

// What an operator may set.
struct Options {
  int compared_a_day_max = kComparedADayMax;
};

struct Parts {
  store::Store& store;
  person_keys::PersonKeys& person_keys;
  const References& references;
  const IdentifierHashes& hashes;
  const OneTimeCodes& codes;
  const audit::Audit& audit;
  const audit::Log* audit_log;  // null where nobody integrates it: then there are no proofs
  const idempotency::Requests& requests;
  const tokens::Tokens& tokens;
  Organisations& organisations;
  AgreementLookup& agreements;
  CheckLog& check_log;
  NoticeBells& notice_bells;
  UnusedKeys& unused_keys;
  OffHost& off_host;
  async::WorkerPool& workers;
  const Clock& clock;
  Figures& figures;
  const Options& options;
};

// Within a body: an audit entry about a person, sealed under their key; under the service's own where there is none.
std::string Record(const Parts& parts, store::Txn& txn, std::string_view type, absl::Time now,
                   const ids::Uuid& person_id, const person_keys::PersonKey& key, const storage::Deed& deed);
inline constexpr char kServiceName[] = "consent";  // as services and their keys are named
// The types of the entries that disclosures are proved by.
inline constexpr std::string_view kRecordDisclosed = "record.disclosed";
inline constexpr std::string_view kReferralTextDisclosed = "referral-text.disclosed";
// Who is acting.
storage::Deed DeedOf(const rpc::Call& call);

// The person's key; null where there is none (nobody has that id, or they were erased). Any other failure is an error.
async::Task<absl::StatusOr<person_keys::PersonKey>> KeyOrNull(const Parts& parts, ids::Uuid person_id);

// The caller's organisation; the nil id for one of our own services.
ids::Uuid OrganisationOf(const rpc::Call& call);
// The person whom the caller's reference names, and whom it holds or, a resident channel, acts for; Denied for any
// other. Within a body, which may rely on the tie.
absl::StatusOr<ids::Uuid> HeldPerson(const Parts& parts, const store::Reader& reader, rpc::Call& call,
                                     const std::string& person_ref);
// The id in a field that the chain has checked to be one. What is no id names nothing.
ids::Uuid IdIn(std::string_view text);

// In the change feed: ids and types only.
void AppendPersonChange(store::Txn& txn, const ids::Uuid& person_id, common::v1::PersonChange::Type type,
                        const ids::Uuid& organisation_id, absl::Time now, const ids::Uuid& other = ids::Uuid());
// `superseded`: the consent whose place it took; the nil id where it took none.
common::v1::Change ConsentChangeOf(const storage::Consent& consent, absl::Time time, const ids::Uuid& superseded);
// `superseded`: the same, where it took that place in this transaction.
void AppendConsentChange(store::Txn& txn, const storage::Consent& consent, absl::Time now,
                         const ids::Uuid& superseded = ids::Uuid());

common::v1::Change AuthorityChangeOf(const storage::Authority& authority, v1::AuthorityState state, absl::Time time);
void AppendAuthorityChange(store::Txn& txn, const storage::Authority& authority, absl::Time now);

// Once it is durable that these organisations were sent a notice each: counts and wakes those who watch.
void RingBells(const Parts& parts, const std::vector<ids::Uuid>& told);

// Says in the log and a metric that something kept does not open, and gives the error back.
absl::Status Corrupt(const Parts& parts, std::string_view what, const absl::Status& error);

}  // namespace nwd::consent
