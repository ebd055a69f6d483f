// What organisations make so that something can be called on it: imports, people whom two know, notices, referrals,
// appointments. Each ends the test program where the hub refuses. For one thread.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "nwd/consent/v1/emergency_service.pb.h"
#include "nwd/consent/v1/erasure_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "nwd/directory/v1/agreement_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {

// Another one every time.
int NextNumber();
google::protobuf::Timestamp At(absl::Time time);

// An import, just begun, of a feed of its own.
std::string FreshImport(World& world, const std::string& who);
// What lets an organisation answer for a provider of the sample feed that nobody answers for yet.
directory::v1::LinkProviderRequest Link(World& world, const std::string& organisation);

// What records an agreement for a year between the referrer and the receiver: for referral, of identity and contact, by
// consent.
directory::v1::CreateAgreementRequest Agreement(World& world);
// Such a one, recorded.
directory::v1::CreateAgreementResponse FreshAgreement(World& world);

// Somebody nobody knows yet, with an identifier that says who they are.
consent::v1::RegisterPersonRequest Person();
// A person whom the referrer and a receiver both registered, with an identifier that says they are one.
struct Shared {
  std::string referrers_ref;
  std::string receivers_ref;
  std::string consent_id;  // standing; captured by the referrer, names the receiver
};
Shared SharePerson(World& world, const std::string& receiver = kReceiver);
// Somebody whom the referrer registered and joined to whom the receiver had registered; the referrer's reference.
std::string JoinedPerson(World& world);
// The code by which somebody whom the referrer registered enrols with the hub's resident channel; and the channel's
// reference of somebody who did.
std::string ChannelCode(World& world);
std::string EnrolledPerson(World& world);
// A possible match of somebody whom the referrer has just registered, and what confirms it.
consent::v1::ConfirmMatchRequest Confirming(World& world);
// The same of somebody whose number is the same and whose name has changed.
consent::v1::ConfirmMatchRequest ConfirmingByFormerName(World& world);
// A person whom the referrer and the receiver hold, and what asserts, by the referrer as a public task, that the stranger
// may know who they are. The receiver is the second organisation.
struct Assertable {
  Shared shared;
  consent::v1::AssertAuthorityRequest request;
};
Assertable Asserting(World& world);
// One that was asserted, and one that was approved too.
std::string AssertedAuthority(World& world);
std::string ActiveAuthority(World& world);
void Approve(World& world, const std::string& authority_id);
// About somebody whom only `asserter` holds, to keep them alive: what needs no agreement.
std::string AuthorityOf(World& world, const std::string& asserter, const std::string& person_ref,
                        const std::string& recipient);
// The receiver's reading of what the referrer put in about them.
consent::v1::GetRecordRequest Reading(const Shared& shared);
// A case that `who` would answer of somebody it registers.
consent::v1::OpenCaseRequest OpeningCase(World& world, const std::string& who, consent::v1::CaseKind kind);
consent::v1::OpenCaseResponse OpenedCase(World& world, const std::string& who, consent::v1::CaseKind kind);
// What carries out the erasure of a case that `who` answers, and has granted; and the same of a case of its own.
consent::v1::ErasePersonRequest GrantErasure(World& world, const std::string& who,
                                             const consent::v1::OpenCaseResponse& opened);
consent::v1::ErasePersonRequest GrantedErasure(World& world, const std::string& who);
// What opens emergency access to somebody whom `who` has just registered, and has put in something about; and what reads
// under it.
consent::v1::OpenEmergencyAccessRequest Opening(World& world, const std::string& who);
consent::v1::GetRecordRequest ReadingInEmergency(const std::string& person_ref, const std::string& emergency_access_id);
// The id of one that `who` opened.
std::string OpenedEmergency(World& world, const std::string& who);
// The recipient has read, and the person has withdrawn.
void MakeNotice(World& world, const std::string& recipient);
// The id of such a notice.
std::string OpenNotice(World& world, const std::string& recipient);

// A service that an organisation answers for: of one more provider of the feed.
std::string ServiceOf(World& world, const std::string& organisation);
// What makes and sends a referral that rests on this consent.
referral::v1::CreateReferralRequest Sending(const World::Consented& consented, const std::string& service_id);
// From the referrer to the receiver: one that was sent, and the id of one that was accepted.
World::Referred FreshReferral(World& world);
std::string Accepted(World& world);
// What the receiver of such a referral records of it today.
outcome::v1::RecordOutcomeRequest RecordingOutcome(const std::string& referral_id);
void Accept(World& world, const std::string& receiver, const std::string& referral_id, const std::string& etag);
referral::v1::BookAppointmentRequest Booking(const std::string& referral_id, absl::Duration ahead = absl::Hours(48));

// An object that exists and that `who` has no tie to, by the name of the field that names it; made at the first use.
// Empty where the hub keeps nothing of that name from `who`.
std::string OthersThing(World& world, const std::string& who, const std::string& field);

}  // namespace nwd::e2e
