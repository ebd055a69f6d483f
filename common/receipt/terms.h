// The tables of a receipt: what each of our words is in the Data Privacy Vocabulary, and in plain words. A word that is
// added to the API gets its rows here (a test looks). Pure functions.
#pragma once

#include <string_view>

#include "nwd/common/v1/vocabulary.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"

namespace nwd::receipt {

// A term of a vocabulary, and what it means to the person; both empty for a word that has no row.
struct Term {
  std::string_view dpv;    // "dpv:ConsentGiven"
  std::string_view plain;  // "to help you find, keep or progress in work"
};

Term TermOf(common::v1::Purpose purpose);
Term TermOf(common::v1::Category category);
Term TermOf(consent::v1::SharingMode mode);
Term TermOf(consent::v1::CaptureMethod method);
Term TermOf(consent::v1::RepresentativeKind kind);

// By event: "GIVE". `dpv` is the status that it leads to.
Term TermOfEvent(std::string_view event);
// Whether it answers what was put to the person, in the way and by whom the terms say; of other events only the time and
// the desk are known.
bool IsAnswer(std::string_view event);

// Why somebody was told, and what they say they did, in plain words; empty for a word that has no row.
std::string_view PlainOf(consent::v1::NoticeType type);
std::string_view PlainOf(consent::v1::NoticeAnswer answer);

// "GIVEN": an enum value's name without its prefix; empty for a number that is none.
std::string_view WordOf(common::v1::Purpose purpose);
std::string_view WordOf(common::v1::Category category);
std::string_view WordOf(consent::v1::SharingMode mode);
std::string_view WordOf(consent::v1::CaptureMethod method);
std::string_view WordOf(consent::v1::RepresentativeKind kind);
std::string_view WordOf(consent::v1::ConsentState state);
std::string_view WordOf(consent::v1::NoticeType type);
std::string_view WordOf(consent::v1::NoticeAnswer answer);

}  // namespace nwd::receipt
