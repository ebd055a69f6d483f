// A hub whose consent service is backed up, followed, and loses its disk: what is done to it, in short words, for tests of
// what comes back.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/process.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "nwd/consent/v1/erasure_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "tests/e2e/nwd_run.h"
#include "tests/e2e/things.h"
#include "tests/e2e/world.h"
#include "tests/testing/temp_folder.h"

namespace nwd::e2e {

namespace fs = std::filesystem;
namespace v1 = consent::v1;

inline const rpc::CallOptions kPatiently{
    .timeout = absl::Seconds(30), .wait_for_ready = true, .practitioner = kPractitioner};

// Somebody whose identity the receiver may read.
struct Readable {
  World::Consented consented;
  std::string receivers_ref;
};

class Restores : public ::testing::Test {
 protected:
  void TearDown() override { StopFollowing(); }

  Readable MakeReadable(const std::function<void(v1::ConsentTerms&)>& change = {}) {
    Readable made;
    made.consented = world_.ConsentOf(kReferrer, world_.Register(kReferrer), {kReceiver}, /*standing=*/true, change);
    world_.PutIdentity(kReferrer, made.consented.person_ref);
    made.receivers_ref = world_.RefOf(kReferrer, made.consented.person_ref, kReceiver);
    EXPECT_EQ(Read(made), absl::OkStatus());
    return made;
  }
  absl::Status Read(const Readable& readable) {
    const auto request = World::ReadRequest(readable.receivers_ref, readable.consented.consent_id);
    return world_.ClientOf(kReceiver, "consent").Call<v1::GetRecordResponse>(request, kPatiently).status();
  }
  v1::Consent ConsentOf(const Readable& readable) {
    v1::GetConsentRequest get;
    get.set_consent_id(readable.consented.consent_id);
    return world_.ClientOf(kReferrer, "consent").Call<v1::GetConsentResponse>(get, kPatiently)->consent();
  }
  absl::Status Withdraw(const Readable& readable) {
    v1::WithdrawConsentRequest withdraw;
    withdraw.set_consent_id(readable.consented.consent_id);
    return world_.ClientOf(kReferrer, "consent").Call<v1::WithdrawConsentResponse>(withdraw, kPatiently).status();
  }
  // What the referrer puts to somebody: that the receiver may read their identity.
  v1::CreateConsentResponse Ask(const Readable& readable) {
    return world_.Do<v1::CreateConsentResponse>(
        kReferrer, world_.ConsentRequest(readable.consented.person_ref, {kReceiver}, /*standing=*/true));
  }
  void Refuse(const v1::CreateConsentResponse& asked) {
    v1::RecordDecisionRequest decide;
    decide.set_consent_id(asked.consent_id());
    decide.set_etag(asked.etag());
    decide.set_decision(v1::CONSENT_STATE_REFUSED);
    world_.Do<v1::RecordDecisionResponse>(kReferrer, decide);
  }
  std::string RestrictIdentity(const Readable& readable) {
    v1::OpenCaseRequest open;
    open.set_person_ref(readable.consented.person_ref);
    open.set_kind(v1::CASE_KIND_RESTRICTION);
    open.add_categories(common::v1::CATEGORY_IDENTITY);
    return world_.Do<v1::OpenCaseResponse>(kReferrer, open).case_id();
  }
  absl::Status Lift(const std::string& case_id) {
    v1::LiftRestrictionRequest lift;
    lift.set_case_id(case_id);
    lift.set_person_told(true);
    return world_.ClientOf(kReferrer, "consent").Call<v1::LiftRestrictionResponse>(lift, kPatiently).status();
  }
  void Suspend(const Readable& readable, v1::SuspendReason reason) {
    v1::SuspendConsentRequest suspend;
    suspend.set_consent_id(readable.consented.consent_id);
    suspend.set_reason(reason);
    world_.Do<v1::SuspendConsentResponse>(kReferrer, suspend);
  }
  absl::Status Resume(const Readable& readable, bool person_agreed) {
    v1::ResumeConsentRequest resume;
    resume.set_consent_id(readable.consented.consent_id);
    resume.set_etag(ConsentOf(readable).etag());
    resume.set_person_agreed(person_agreed);
    return world_.ClientOf(kReferrer, "consent").Call<v1::ResumeConsentResponse>(resume, kPatiently).status();
  }
  // Approved: somebody at the referrer, whom a stranger may know of as a public task.
  struct Standing {
    std::string person_ref;
    std::string authority_id;
  };
  Standing MakeStanding() {
    const v1::AssertAuthorityRequest request = Asserting(world_).request;
    Standing made{request.person_ref(), world_.Do<v1::AssertAuthorityResponse>(kReferrer, request).authority_id()};
    Approve(world_, made.authority_id);
    return made;
  }
  v1::AuthorityState StateOf(const Standing& standing) {
    v1::ListAuthoritiesRequest list;
    list.set_person_ref(standing.person_ref);
    const auto page = world_.ClientOf(kReferrer, "consent").Call<v1::ListAuthoritiesResponse>(list, kPatiently);
    EXPECT_TRUE(page.ok()) << page.status();
    for (const v1::Authority& authority : page->authorities()) {
      if (authority.authority_id() == standing.authority_id) return authority.state();
    }
    return v1::AUTHORITY_STATE_UNSPECIFIED;
  }
  void Object(const Standing& standing) {
    v1::ObjectToAuthorityRequest object;
    object.set_authority_id(standing.authority_id);
    world_.Do<v1::ObjectToAuthorityResponse>(kReferrer, object);
  }
  int WithdrawalsToldOf(const Readable& readable) {
    v1::ListNoticesRequest list;
    list.set_page_size(500);
    const auto page = world_.ClientOf(kReceiver, "consent").Call<v1::ListNoticesResponse>(list, kPatiently);
    return static_cast<int>(
        std::count_if(page->notices().begin(), page->notices().end(), [&](const v1::Notice& notice) {
          return notice.type() == v1::NOTICE_TYPE_WITHDRAWAL && notice.consent_id() == readable.consented.consent_id;
        }));
  }
  v1::OpenCaseResponse OpenErasure(const Readable& readable) {
    v1::OpenCaseRequest open;
    open.set_person_ref(readable.consented.person_ref);
    open.set_kind(v1::CASE_KIND_ERASURE);
    open.set_request("Sample: erase me");
    return world_.Do<v1::OpenCaseResponse>(kReferrer, open);
  }
  void Erase(const v1::OpenCaseResponse& opened) {
    world_.Do<v1::ErasePersonResponse>(kAdmin, GrantErasure(world_, kReferrer, opened));
  }

  std::vector<std::string> AsOperator(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(),
                     {"--hub", world_.hub().folder, "--as", world_.HolderOf(common::v1::ROLE_OPERATOR)});
    return arguments;
  }
  // Of the consent service: its folders.
  nlohmann::json Backup() {
    const Ended made = RunNwd(AsOperator({"backup", "--json"}));
    EXPECT_EQ(made.exit_code, 0) << made.err;
    const auto all = nlohmann::json::parse(made.out);
    for (const char* service : {"referral", "outcome"}) {
      EXPECT_TRUE(fs::exists(std::string(all["services"][service]["data_folder"]) + "/data")) << service;
    }
    // Carried off: what is in the service's own folder is lost with it.
    nlohmann::json carried;
    for (const char* name : {"data_folder", "keys_folder"}) {
      const fs::path from = std::string(all["services"]["consent"][name]);
      const std::string to = Cat(elsewhere_ / name, "-", ++carried_);
      fs::copy(from, to, fs::copy_options::recursive);
      carried[name] = to;
    }
    return carried;
  }
  void Follow(const std::string& file) {
    std::vector<std::string> command = {Cat(hub::ProgramsFolder(), "/nwd")};
    const std::vector<std::string> arguments = AsOperator({"ledger", "follow", "--file", file});
    command.insert(command.end(), arguments.begin(), arguments.end());
    auto started =
        hub::StartProcess({.command = command, .log_file = elsewhere_ / "follow.log", .end_with_parent = true});
    ASSERT_TRUE(started.ok()) << started.status();
    following_ = *std::move(started);
    while (true) {
      const auto line = hub::ReadLine(following_->output, absl::Now() + absl::Seconds(60));
      ASSERT_TRUE(line.ok()) << line.status();
      if (line->find("has all there is") != std::string::npos) return;
    }
  }
  void StopFollowing() {
    if (!following_.has_value()) return;
    EXPECT_EQ(hub::StopProcesses({following_->id}, absl::Seconds(30)), absl::OkStatus());
    close(following_->output);
    following_.reset();
  }
  Ended Restore(const nlohmann::json& backup, const std::vector<std::string>& more, const std::string& data = "") {
    std::vector<std::string> arguments = {"restore",
                                          "--service",
                                          "consent",
                                          "--data",
                                          data.empty() ? DataFolder() : data,
                                          "--backup",
                                          backup["data_folder"],
                                          "--key-backup",
                                          backup["keys_folder"],
                                          "--hub-key",
                                          hub::KeyFile(world_.hub().folder)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunNwd(arguments);
  }
  std::string LogUrl() const { return Cat("http://127.0.0.1:", world_.hub().Service("consent").http_port, "/audit"); }
  std::string DataFolder() const { return hub::DataFolder(world_.hub().folder, "consent"); }
  void LoseTheDisk() {
    world_.Kill("consent");
    fs::remove_all(DataFolder());
  }
  Ended Watch(const std::string& folder) {
    const Ended keys = RunNwd({"audit", "key", "--hub-key", hub::KeyFile(world_.hub().folder), "--trust-domain",
                               world_.hub().trust_domain, "--service", "consent"});
    const std::string file = elsewhere_ / "log.keys";
    std::ofstream(file) << keys.out;
    return RunNwd({"audit", "watch", LogUrl(), "--key", file, "--folder", folder, "--every", "0"});
  }

  World& world_ = World::Get();
  testing::TempFolder elsewhere_;
  std::optional<hub::Started> following_;
  int carried_ = 0;
};

}  // namespace nwd::e2e
