#include "services/consent/export_words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/base/strings.h"

namespace nwd::consent {
namespace {

struct Called {
  std::string_view name, words;
};

constexpr Called kFields[] = {
    {"acknowledge_time", "Acknowledged on"},
    {"agreement_id", "Agreement between the organisations"},
    {"answer", "Answer"},
    {"answer_time", "Answered on"},
    {"approve_time", "Approved on"},
    {"approver_organisation_id", "Approved by"},
    {"as_of", "True as of"},
    {"asserter_organisation_id", "Who relies on the law"},
    {"author_organisation_id", "Written by"},
    {"authority_id", "Legal reason"},
    {"captor_organisation_id", "Who asked you"},
    {"case_id", "Reference of the request"},
    {"categories", "What of your record"},
    {"category", "Part of your record"},
    {"close_time", "Closed on"},
    {"complete_time", "Complete on"},
    {"condition_detail", "Condition of the law, in detail"},
    {"consent_id", "Your agreement"},
    {"correlation_id", "Reference shared with redirected referrals"},
    {"corroborated", "Confirmed by you, or by who put the data in"},
    {"create_time", "Made on"},
    {"decide_time", "You decided on"},
    {"disclose_time", "Given on"},
    {"disclosure_count", "How often it had been given"},
    {"disclosure_id", "Reference"},
    {"disclosure_ids", "References of what had been given"},
    {"do_not_contact", "You are not to be contacted"},
    {"due_organisation_id", "Who is to act next"},
    {"due_time", "Due by"},
    {"emergency_access_id", "Emergency"},
    {"end_reason", "Why it ended"},
    {"end_time", "Ended on"},
    {"entry_channel", "How you came to support"},
    {"erase_time", "Erased on"},
    {"escalate_time", "Told to the hub's administrators on"},
    {"evidence_sha256", "Fingerprint of the evidence"},
    {"expire_time", "Ended by itself on"},
    {"exports", "Copies made"},
    {"extended", "The time was extended"},
    {"finding", "What the review found"},
    {"from_state", "From"},
    {"grounds", "Why"},
    {"handler_organisation_id", "Who answers"},
    {"holders", "Who registered you"},
    {"language", "Language"},
    {"lawful_basis", "Reason in law"},
    {"lift_time", "Lifted on"},
    {"main_contact_organisation_id", "Your main contact"},
    {"max_uses", "How often it may be used"},
    {"method", "How you were asked"},
    {"mode", "What may be done with it"},
    {"necessity", "Why it is needed"},
    {"occurred_on", "Happened on"},
    {"open_time", "Opened on"},
    {"opener_organisation_id", "Who opened it"},
    {"parent_referral_id", "Came out of the referral"},
    {"child_referral_id", "Went on as the referral"},
    {"practitioner", "Adviser (their organisation's code)"},
    {"purpose", "What for"},
    {"purposes", "What for"},
    {"reads", "How often something was read"},
    {"receipts", "Receipts of your decisions"},
    {"receive_time", "You asked on"},
    {"receiver_organisation_id", "Referred to"},
    {"recipient_organisation_id", "To whom"},
    {"recipient_organisation_ids", "Who may have it"},
    {"recorder_organisation_id", "Recorded by"},
    {"referral_id", "Referral"},
    {"referrer_organisation_id", "Referred by"},
    {"refusal", "Why it was refused"},
    {"reminders", "Reminders sent"},
    {"restricted", "Its use is restricted"},
    {"resume_needs_person", "Goes on only when you say so"},
    {"retained_basis", "Why it was kept"},
    {"retention_days", "Days for which it may be kept"},
    {"review_due", "To be looked at again"},
    {"review_due_time", "To be looked at by a second organisation by"},
    {"review_on", "To be looked at again on"},
    {"review_time", "Looked at by a second organisation on"},
    {"reviewer_organisation_id", "Looked at by"},
    {"send_time", "Sent on"},
    {"service_id", "Service"},
    {"service_ids", "Services"},
    {"source_organisation_id", "Put in by"},
    {"special_category_condition", "Condition for sensitive data"},
    {"standing", "Not for one referral only"},
    {"state", "Where it stands"},
    {"statutory_gateway", "Law that allows it"},
    {"step_time", "On"},
    {"suggest_time", "Suggested on"},
    {"supersedes_consent_id", "Took the place of"},
    {"suspend_time", "Rests since"},
    {"terms", "What it says"},
    {"text", "The words"},
    {"text_sha256", "Fingerprint of the words"},
    {"to_state", "To"},
    {"unsafe_to_tell", "Telling you was held to be unsafe then"},
    {"update_time", "Changed last on"},
    {"uses", "How often it was used"},
    {"valid_from", "From"},
    {"valid_until", "Until"},
    {"version", "Version"},
};

constexpr Called kSteps[] = {
    {"person.registered", "You were registered"},
    {"person.merged", "Two registrations were found to be yours"},
    {"person.split", "Two registrations were found to be of two people"},
    {"person.main_contact", "An organisation became your main contact"},
};

std::string_view Find(const auto& table, std::string_view name) {
  const auto* row =
      std::find_if(std::begin(table), std::end(table), [&](const Called& one) { return one.name == name; });
  return row == std::end(table) ? std::string_view() : row->words;
}

}  // namespace

std::string InWords(std::string_view name) {
  std::string words(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  if (!words.empty()) words.front() = absl::ascii_toupper(static_cast<unsigned char>(words.front()));
  return words;
}

std::string FieldWords(std::string_view name) {
  if (const std::string_view words = Find(kFields, name); !words.empty()) return std::string(words);
  for (const std::string_view end : {"_ids", "_id"}) {
    if (name.ends_with(end)) name.remove_suffix(end.size());
  }
  return InWords(name);
}

std::string StepWords(std::string_view type) {
  if (const std::string_view words = Find(kSteps, type); !words.empty()) return std::string(words);
  const size_t dot = type.find('.');
  if (dot == std::string_view::npos) return InWords(type);
  return Cat(InWords(type.substr(0, dot)), ": ", absl::AsciiStrToLower(InWords(type.substr(dot + 1))));
}

}  // namespace nwd::consent
