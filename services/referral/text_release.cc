#include "services/referral/text_release.h"

namespace nwd::referral {

async::Task<absl::StatusOr<bool>> ReleaseText(const Parts& parts, const rpc::Call& call,
                                              const storage::Referral& referral) {
  const std::string& holder = referral.person_holder_organisation_id();
  const TextRelease release = {.referral_id = referral.referral_id(),
                               .question = QuestionOf(referral),
                               .source_organisation_id = holder.empty() ? referral.referrer_organisation_id() : holder};
  const rpc::CallOptions options = rpc::Client::OptionsFor(call);
  co_return co_await parts.peers.consent.ReleaseText(release, options);
}

}  // namespace nwd::referral
