// SPDX-License-Identifier: GPL-2.0-or-later
// Absolute domain names as values (RFC 1035, 2.3.4 and 3.1): compared without regard to case, shown without anything
// that a terminal or a log could misread. Must not know messages or zones.
#pragma once

#include <QByteArray>
#include <QString>
#include <compare>

#include "fos1/result.h"

namespace fos1::dns {

class DnsName {
   public:
    static constexpr int kMostBytes = 255;  ///< in wire form
    static constexpr int kMostInLabel = 63;

    /// The root.
    DnsName() : m_wire(1, '\0') {}

    /// With or without a final dot, in any case; a name is always absolute. Labels consist of letters, digits, "-", "_"
    /// and "/" (RFC 2317); labels of other scripts are converted (RFC 5891). "." is the root.
    [[nodiscard]] static Result<DnsName> parse(const QString& text);
    /// Uncompressed and complete; ASCII letters become lower case. Nothing is checked: `wire` comes from a parser.
    [[nodiscard]] static DnsName fromWire(const QByteArray& wire);

    /// Uncompressed, in lower case.
    [[nodiscard]] const QByteArray& wire() const { return m_wire; }
    /// With its final dot. Any byte that is not printable or has a meaning in zone files is escaped (RFC 4343, 2.1).
    [[nodiscard]] QString text() const;
    /// The same without the final dot, as people write it; "." for the root.
    [[nodiscard]] QString shortText() const;

    [[nodiscard]] int labelCount() const;
    /// The name without its first label; the root stays itself.
    [[nodiscard]] DnsName parent() const;
    /// The name itself or below it.
    [[nodiscard]] bool isWithin(const DnsName& ancestor) const;
    /// `relative`, such as "ntp.vlan-10", below this name. An error when it does not fit.
    [[nodiscard]] Result<DnsName> child(const QString& relative) const;
    /// What stands before `ancestor`, such as "ntp.vlan-10" without a final dot; empty for the ancestor itself. The
    /// name must be within it.
    [[nodiscard]] QString relativeTo(const DnsName& ancestor) const;

    auto operator<=>(const DnsName& other) const { return compare(m_wire, other.m_wire); }
    bool operator==(const DnsName& other) const { return m_wire == other.m_wire; }

   private:
    static std::strong_ordering compare(const QByteArray& a, const QByteArray& b) {
        return a == b  ? std::strong_ordering::equal
               : a < b ? std::strong_ordering::less
                       : std::strong_ordering::greater;
    }

    QByteArray m_wire;
};

}  // namespace fos1::dns
