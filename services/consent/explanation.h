// What an organisation could see, in figures: bases go in one by one, rows of counts come out, in which nobody can be
// recognised. Over values alone.
//
//   Explanation explanation({.organisation_id = college, .kind = ORGANISATION_KIND_COLLEGE, …});
//   if (explanation.Concerns(consent)) NWD_RETURN_IF_ERROR(explanation.Add(consent, person_id, agreement));
//   v1::ExplainAccessResponse told = std::move(explanation).Tell();
//
// A basis is a storage::Consent or a storage::Authority, and is judged as a read of all it covers would be, now, in its
// own mode. Only the categories that it covers are told. One that nobody ever agreed to, a draft say, is left out: it is
// written by whoever would learn from it, about whomever they like.
//
// Costs 16 bytes a basis that concerns the organisation, up to kExplainedBasesMax, and one sort: people are counted
// exactly, by the first 8 bytes of their (random) ids, and kept no longer. Not thread-safe.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/consent/v1/explain_access.pb.h"
#include "services/consent/authority_decision.h"
#include "services/consent/authority_states.h"
#include "services/consent/consent_states.h"
#include "services/consent/decide.h"

namespace nwd::consent {

// How a count of a row is said: 0 to 7 not at all, so that nobody and one person look alike; 8 and more to the nearest 5.
v1::PeopleCount CountOf(int64_t people);

class Explanation {
 public:
  // An agreement that takes the place of another, in force at the moment that is asked about.
  struct Draft {
    common::v1::AgreementChange agreement;
    std::string replaces;  // the bytes of that one's id; empty: judges the bases that cite none
  };
  struct Asked {
    ids::Uuid organisation_id;
    common::v1::OrganisationKind kind = common::v1::ORGANISATION_KIND_UNSPECIFIED;
    CategoryMask categories = kAllCategories;
    common::v1::Purpose purpose = common::v1::PURPOSE_UNSPECIFIED;  // unspecified: any
    std::optional<Draft> draft;
    absl::Time now;
  };
  explicit Explanation(Asked asked) : asked_(std::move(asked)) {}

  const Asked& asked() const { return asked_; }

  // It names the organisation, covers something that was asked for, and was agreed to once.
  template <class Row>
  bool Concerns(const Row& basis) const {
    const bool purpose = asked_.purpose == common::v1::PURPOSE_UNSPECIFIED || basis.purpose() == asked_.purpose;
    return purpose && (basis.categories() & asked_.categories) != 0 && WasAgreedTo(basis) &&
           FindRecipient(basis, asked_.organisation_id) != nullptr;
  }

  // Takes a basis that concerns the organisation. `person_id`: one and the same for all the ids of a person.
  // `agreement`: the one that it cites; null where it cites none, or one that is not known here. FAILED_PRECONDITION,
  // LIMIT_REACHED, where there are too many.
  template <class Row>
  absl::Status Add(const Row& basis, const ids::Uuid& person_id, const common::v1::AgreementChange* agreement) {
    const Question question{asked_.organisation_id, asked_.kind, basis.purpose(),
                            basis.categories() & asked_.categories, basis.mode()};
    Judged judged{question, LawfulBasisOf(basis), Decide(basis, question, agreement, asked_.now), std::nullopt};
    if (asked_.draft.has_value()) {
      judged.with_draft = basis.agreement_id() == asked_.draft->replaces ? DecideByDraft(basis, question) : judged.now;
    }
    return Note(judged, person_id, basis.valid_until_us());
  }

  v1::ExplainAccessResponse Tell() &&;

 private:
  struct Judged {
    Question question;
    common::v1::LawfulBasis lawful_basis;
    Decision now;
    std::optional<Decision> with_draft;
  };
  // What a row says beside its figures: category, purpose, lawful basis, mode, reason; in this order.
  using Kind = std::tuple<int, int, int, int, int>;
  // A count of people: of a row now, of a row with the draft, or of all who can be seen at all.
  using Mark = uint32_t;
  // Bases that are judged alike: the counts that the people of each are in, and when the first and last of them end.
  struct Alike {
    std::vector<Mark> marks;
    int64_t first_end_us, last_end_us;
  };
  struct Met {
    uint64_t person;
    uint32_t alike;
  };

  static bool WasAgreedTo(const storage::Consent& consent) { return WasGiven(consent.state()); }
  static bool WasAgreedTo(const storage::Authority& authority) { return WasApproved(authority); }
  static common::v1::LawfulBasis LawfulBasisOf(const storage::Consent&) { return common::v1::LAWFUL_BASIS_CONSENT; }
  static common::v1::LawfulBasis LawfulBasisOf(const storage::Authority& authority) { return authority.lawful_basis(); }

  template <class Row>
  Decision DecideByDraft(Row basis, const Question& question) const {
    const common::v1::AgreementChange& draft = asked_.draft->agreement;
    basis.set_agreement_id(std::string(ids::Uuid::Parse(draft.agreement_id()).value_or(ids::Uuid()).bytes()));
    return Decide(basis, question, &draft, asked_.now);
  }
  absl::Status Note(const Judged& judged, const ids::Uuid& person_id, int64_t valid_until_us);
  uint32_t AlikeOf(const Judged& judged);
  Mark MarkOf(const Judged& judged, Category category, bool with_draft);
  std::vector<int64_t> CountPeople();

  const Asked asked_;
  std::map<Kind, uint32_t> rows_;                             // numbered as they are met
  absl::flat_hash_map<std::string, uint32_t> alike_numbers_;  // by what makes bases alike
  std::vector<Alike> alike_;
  std::deque<Met> met_;  // grows without being copied
};

}  // namespace nwd::consent
