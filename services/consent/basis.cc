#include "services/consent/basis.h"

#include <optional>
#include <utility>

#include "common/base/macros.h"
#include "services/consent/authority_decision.h"
#include "services/consent/authority_rows.h"
#include "services/consent/cited_agreement.h"
#include "services/consent/consent_rows.h"
#include "services/consent/emergency_decision.h"
#include "services/consent/emergency_rows.h"
#include "services/consent/restriction_rows.h"

namespace nwd::consent {
namespace {

// A consent or an authority, which both give way to a restriction of what they are about.
template <class Row>
absl::StatusOr<Decision> JudgeUnderAgreement(const store::Reader& reader, const Row& basis, const Question& question,
                                             absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const AgreementPtr agreement, CitedAgreement(reader, basis.agreement_id()));
  NWD_ASSIGN_OR_RETURN(const CategoryMask restricted, restrictions::InForce(reader, consents::IdOf(basis.person_id())));
  Decision decision = Decide(basis, question, agreement.get(), now);
  Restrict(restricted, decision);
  return decision;
}

template <class Row>
void CountDisclosure(Row& basis, const ids::Uuid& organisation_id) {
  storage::Recipient& recipient = *FindRecipient(basis, organisation_id);
  recipient.set_disclosures(recipient.disclosures() + 1);
}

class ConsentBasis final : public Basis {
 public:
  explicit ConsentBasis(storage::Consent consent) : consent_(std::move(consent)) {}

  ids::Uuid person_id() const override { return consents::IdOf(consent_.person_id()); }
  bool IsParty(const ids::Uuid& organisation_id) const override { return consent::IsParty(consent_, organisation_id); }
  bool IsRecipient(const ids::Uuid& organisation_id) const override {
    return FindRecipient(consent_, organisation_id) != nullptr;
  }
  absl::StatusOr<Decision> Judge(const store::Reader& reader, const Question& question, absl::Time now) const override {
    return JudgeUnderAgreement(reader, consent_, question, now);
  }
  bool OpensSource(const ids::Uuid& organisation_id, const ids::Uuid& source) const override {
    return consent::OpensSource(consent_, organisation_id, source);
  }
  bool HasCeiling() const override { return true; }
  v1::Obligations ObligationsIn(v1::SharingMode mode, absl::Time now) const override {
    return ObligationsOf(consent_, mode, now);
  }
  std::string Etag() const override { return consents::EtagOf(consent_); }

  void LeaveOutOneUse() override { consent_.set_uses(consent_.uses() - 1); }
  void CountRead(store::Txn& txn, const ids::Uuid& organisation_id) override {
    consent_.set_uses(consent_.uses() + 1);
    CountText(txn, organisation_id);
  }
  void CountText(store::Txn& txn, const ids::Uuid& organisation_id) override {
    CountDisclosure(consent_, organisation_id);
    consents::Put(txn, consent_);
  }

 private:
  storage::Consent consent_;
};

class AuthorityBasis final : public Basis {
 public:
  explicit AuthorityBasis(storage::Authority authority) : authority_(std::move(authority)) {}

  ids::Uuid person_id() const override { return consents::IdOf(authority_.person_id()); }
  bool IsParty(const ids::Uuid& organisation_id) const override {
    return consent::IsParty(authority_, organisation_id);
  }
  bool IsRecipient(const ids::Uuid& organisation_id) const override {
    return FindRecipient(authority_, organisation_id) != nullptr;
  }
  absl::StatusOr<Decision> Judge(const store::Reader& reader, const Question& question, absl::Time now) const override {
    return JudgeUnderAgreement(reader, authority_, question, now);
  }
  // Two organisations said so, and the second receives nothing by it: all sources are open, also to an asserter that is
  // itself a recipient.
  bool OpensSource(const ids::Uuid&, const ids::Uuid&) const override { return true; }
  bool HasCeiling() const override { return true; }
  v1::Obligations ObligationsIn(v1::SharingMode mode, absl::Time now) const override {
    return ObligationsOf(authority_, mode, now);
  }
  std::string Etag() const override { return authorities::EtagOf(authority_); }

  void LeaveOutOneUse() override { authority_.set_uses(authority_.uses() - 1); }
  void CountRead(store::Txn& txn, const ids::Uuid& organisation_id) override {
    authority_.set_uses(authority_.uses() + 1);
    authority_.set_revision(authority_.revision() + 1);
    CountText(txn, organisation_id);
  }
  void CountText(store::Txn& txn, const ids::Uuid& organisation_id) override {
    CountDisclosure(authority_, organisation_id);
    authorities::Put(txn, authority_);
  }

 private:
  storage::Authority authority_;
};

class EmergencyBasis final : public Basis {
 public:
  explicit EmergencyBasis(storage::EmergencyAccess access) : access_(std::move(access)) {}

  ids::Uuid person_id() const override { return consents::IdOf(access_.person_id()); }
  bool IsParty(const ids::Uuid& organisation_id) const override { return IsRecipient(organisation_id); }
  // Only who opened it.
  bool IsRecipient(const ids::Uuid& organisation_id) const override {
    return access_.organisation_id() == organisation_id.bytes();
  }
  // A restriction does not hide a danger (UK GDPR, Article 18(2): the rights of another, important public interest).
  absl::StatusOr<Decision> Judge(const store::Reader&, const Question& question, absl::Time now) const override {
    return Decide(access_, question, now);
  }
  // It is for what others know of the danger. What they marked confidential stays with them even so.
  bool OpensSource(const ids::Uuid&, const ids::Uuid&) const override { return true; }
  bool HasCeiling() const override { return false; }
  v1::Obligations ObligationsIn(v1::SharingMode, absl::Time) const override { return EmergencyObligations(); }
  std::string Etag() const override { return emergencies::EtagOf(access_); }

  void LeaveOutOneUse() override {}  // uses are counted, not limited
  void CountRead(store::Txn& txn, const ids::Uuid&) override {
    const storage::EmergencyAccess before = access_;
    access_.set_reads(access_.reads() + 1);
    access_.set_revision(access_.revision() + 1);
    emergencies::Replace(txn, before, access_);
  }
  void CountText(store::Txn&, const ids::Uuid&) override {}  // no referral rests on one

 private:
  storage::EmergencyAccess access_;
};

template <class Of, class Row>
BasisPtr Made(std::optional<Row> row) {
  return row.has_value() ? std::make_unique<Of>(*std::move(row)) : nullptr;
}

}  // namespace

absl::StatusOr<BasisPtr> FindBasis(const store::Reader& reader, const Cited& cited) {
  switch (cited.kind) {
    case BasisKind::kConsent: {
      NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(reader, cited.id));
      return Made<ConsentBasis>(std::move(consent));
    }
    case BasisKind::kAuthority: {
      NWD_ASSIGN_OR_RETURN(std::optional<storage::Authority> authority, authorities::Find(reader, cited.id));
      return Made<AuthorityBasis>(std::move(authority));
    }
    case BasisKind::kEmergencyAccess: {
      NWD_ASSIGN_OR_RETURN(std::optional<storage::EmergencyAccess> access, emergencies::Find(reader, cited.id));
      return Made<EmergencyBasis>(std::move(access));
    }
  }
  return BasisPtr();
}

}  // namespace nwd::consent
