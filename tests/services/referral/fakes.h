// Peers that answer what a test tells them, and ids and references that read the same in every run.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/async/signal.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "services/referral/peers.h"

namespace nwd::referral {

// An id that reads the same in every run: Id("college").
inline std::string Id(std::string_view name) {
  std::string bytes(ids::Uuid::kSizeBytes, '\0');
  for (size_t i = 0; i < name.size(); ++i)
    bytes[i % bytes.size()] = static_cast<char>(bytes[i % bytes.size()] * 31 + name[i]);
  return ids::Uuid::FromBytes(bytes)->ToString();
}

// A reference as an organisation has it.
inline std::string Ref(std::string_view organisation, std::string_view person) {
  std::string ref = "p1_";
  for (const char c : Cat(organisation, person)) ref.push_back(static_cast<char>('a' + c % 26));
  ref.resize(3 + 26, 'a');
  return ref;
}

class FakeConsent final : public ConsentPeer {
 public:
  async::Task<absl::StatusOr<ResolvedPerson>> Resolve(const PersonQuestion& question,
                                                      const rpc::CallOptions&) override {
    ++calls;
    if (down) co_return absl::UnavailableError("consent is down");
    std::string person = question.person_id;
    for (const std::string& name : people) {
      for (const std::string& organisation : holders) {
        if (question.organisation_id == Id(organisation) && question.person_ref == Ref(organisation, name))
          person = Id(name);
      }
    }
    if (person.empty()) co_return status::Denied();
    ResolvedPerson resolved;
    resolved.person_id = person;
    for (const std::string& name : people) {
      for (const std::string organisation : {"jobcentre", "college", "charity", "app"}) {
        if (person == Id(name) && question.other_organisation_id == Id(organisation)) {
          resolved.other_person_ref = Ref(organisation, name);
        }
      }
    }
    for (const std::string& name : OthersOf(person)) {
      resolved.joined_person_ids.push_back(Id(name));
      for (const std::string& organisation : holders) {
        if (question.organisation_id == Id(organisation)) resolved.other_own_refs.push_back(Ref(organisation, name));
      }
    }
    co_return resolved;
  }
  async::Task<absl::StatusOr<Permission>> Permits(const BasisQuestion& question, const rpc::CallOptions&) override {
    ++calls;
    if (down) co_return absl::UnavailableError("consent is down");
    if (fails_for.contains(question.person_id)) co_return absl::DataLossError("consent cannot say");
    if (on_permits) on_permits();
    Permission permission;
    permission.permits = permits.contains({BasisId(question), question.organisation_id});
    for (const std::string& name : OthersOf(question.person_id)) permission.joined_person_ids.push_back(Id(name));
    co_return permission;
  }
  async::Task<absl::StatusOr<bool>> Stands(const BasisQuestion& question, const rpc::CallOptions& options) override {
    NWD_CO_ASSIGN_OR_RETURN(const Permission permission, co_await Permits(question, options));
    co_return permission.permits || used_up.contains({BasisId(question), question.organisation_id});
  }
  async::Task<absl::StatusOr<Prospect>> ResolveAndPermits(const PersonQuestion& question, const Basis& rests_on,
                                                          const rpc::CallOptions& options) override {
    const absl::StatusOr<ResolvedPerson> person = co_await Resolve(question, options);
    if (!person.ok()) co_return person.status();
    const BasisQuestion basis = {person->person_id, rests_on, question.other_organisation_id};
    const absl::StatusOr<Permission> permission = co_await Permits(basis, options);
    --calls;  // the two are one
    if (!permission.ok()) co_return permission.status();
    Prospect prospect;
    prospect.person = *person;
    prospect.basis_permits = permission->permits;
    co_return prospect;
  }
  async::Task<absl::StatusOr<bool>> ReleaseText(const TextRelease& release, const rpc::CallOptions& options) override {
    NWD_CO_ASSIGN_OR_RETURN(const Permission permission, co_await Permits(release.question, options));
    if (permission.permits) released.push_back(release);
    co_return permission.permits;
  }
  async::Task<absl::Status> OpenAccess(const storage::Grant& grant, const rpc::CallOptions& options) override {
    ++calls;
    traceparents.push_back(options.traceparent);
    if (hangs) {  // until the caller gives up
      open_timeouts.push_back(options.timeout);
      co_await async::SleepUntil(absl::Now() + options.timeout);
      co_return absl::DeadlineExceededError("no answer in time");
    }
    if (down) co_return absl::UnavailableError("consent is down");
    int64_t& number = numbers[grant.referral_id()];
    if (grant.access_number() <= number) co_return absl::FailedPreconditionError("overtaken");
    number = grant.access_number();
    open.insert(grant.referral_id());
    open_on[grant.referral_id()] = grant.consent_id();
    co_return absl::OkStatus();
  }
  async::Task<absl::Status> CloseAccess(const storage::Grant& grant, const rpc::CallOptions&) override {
    ++calls;
    if (down) co_return absl::UnavailableError("consent is down");
    if (grant.access_number() < numbers[grant.referral_id()]) co_return absl::OkStatus();
    numbers[grant.referral_id()] = grant.access_number();
    open.erase(grant.referral_id());
    if (on_close) on_close();
    if (close_answers_are_lost) co_return absl::DeadlineExceededError("no answer in time");
    co_return absl::OkStatus();
  }

  static const std::string& BasisId(const BasisQuestion& question) {
    return question.basis.consent_id.empty() ? question.basis.authority_id : question.basis.consent_id;
  }
  // Names of those who are one with a person.
  std::vector<std::string> OthersOf(const std::string& person_id) const {
    std::vector<std::string> others;
    const bool is_joined =
        std::any_of(joined.begin(), joined.end(), [&](const auto& name) { return Id(name) == person_id; });
    for (const std::string& name : joined) {
      if (is_joined && Id(name) != person_id) others.push_back(name);
    }
    return others;
  }

  bool down = false;
  bool hangs = false;  // as OpenAccess is asked
  std::vector<absl::Duration> open_timeouts;
  std::vector<TextRelease> released;
  bool close_answers_are_lost = false;  // it closes, and nobody learns
  int calls = 0;
  std::set<std::string> people = {"ada", "ben", "cy"};
  std::set<std::string> joined;                           // people who are one
  std::set<std::string> holders = {"jobcentre"};          // and resident channels that the people are enrolled with
  std::set<std::pair<std::string, std::string>> permits;  // consent, organisation
  std::set<std::pair<std::string, std::string>> used_up;  // no more reads, and still in force
  std::set<std::string> open;                             // referrals
  std::map<std::string, std::string> open_on;             // the consent each was last opened on
  std::set<std::string> fails_for;                        // people of whom it cannot say what is permitted
  std::map<std::string, int64_t> numbers;
  std::vector<std::string> traceparents;  // that access was opened under
  std::function<void()> on_permits;       // something happens between the question and the transaction
  std::function<void()> on_close;
};

class FakeOutcome final : public OutcomePeer {
 public:
  async::Task<absl::StatusOr<int>> CountOutcomes(const std::string& referral_id, const rpc::CallOptions&) override {
    if (down) co_return absl::UnavailableError("outcome is down");
    co_return outcomes[referral_id];
  }
  bool down = false;
  std::map<std::string, int> outcomes;
};

class FakeDirectory final : public DirectoryPeer {
 public:
  absl::StatusOr<std::optional<common::v1::ServiceChange>> FindService(const store::Reader&,
                                                                       const std::string& service_id) override {
    const auto found = known.find(service_id);
    if (found == known.end()) return std::nullopt;
    return std::optional<common::v1::ServiceChange>(found->second);
  }
  async::Task<absl::Status> AskService(const std::string& service_id) override {
    if (down) co_return absl::UnavailableError("directory is down");
    const auto found = unknown.find(service_id);
    if (found == unknown.end()) co_return absl::NotFoundError("no such service");
    known[service_id] = found->second;
    co_return absl::OkStatus();
  }
  async::Task<absl::StatusOr<std::vector<std::string>>> Alternatives(const AlternativesQuestion& question,
                                                                     const rpc::CallOptions&) override {
    if (down) co_return absl::UnavailableError("directory is down");
    asked = question;
    co_return alternatives;
  }
  common::v1::ServiceChange& Add(std::string_view name, std::string_view organisation) {
    common::v1::ServiceChange& service = known[Id(name)];
    service.set_service_id(Id(name));
    service.set_organisation_id(Id(organisation));
    service.set_active(true);
    service.set_accepts_referrals(true);
    return service;
  }

  bool down = false;
  std::map<std::string, common::v1::ServiceChange> known;
  std::map<std::string, common::v1::ServiceChange> unknown;  // known only to the directory
  std::vector<std::string> alternatives;
  AlternativesQuestion asked;
};

}  // namespace nwd::referral
