// SPDX-License-Identifier: GPL-2.0-or-later
// The attributes of a netlink message, within its bounds: libmnl's callbacks for a lambda or an array. Pure.
#pragma once

#include <libmnl/libmnl.h>

#include <QByteArray>
#include <array>
#include <cstring>
#include <optional>

namespace fos1::netlink {

template <typename Take>
int takeAttribute(const nlattr* attribute, void* take) {
    (*static_cast<Take*>(take))(attribute);
    return MNL_CB_OK;
}

/// `take` is called with each attribute behind the head of so many bytes.
template <typename Take>
void eachAttribute(const nlmsghdr* message, std::size_t head, Take take) {
    if (mnl_nlmsg_get_payload_len(message) >= head)
        mnl_attr_parse(message, static_cast<unsigned int>(head), &takeAttribute<Take>, &take);
}
template <typename Take>
void eachAttribute(const nlattr* nest, Take take) {
    mnl_attr_parse_nested(nest, &takeAttribute<Take>, &take);
}
template <typename Take>
void eachAttribute(const QByteArray& payload, Take take) {
    mnl_attr_parse_payload(payload.constData(), static_cast<std::size_t>(payload.size()), &takeAttribute<Take>, &take);
}

/// By type; the last one of a type counts, as in the kernel.
template <std::size_t Count>
class Attributes {
   public:
    Attributes(const nlmsghdr& message, std::size_t head) { eachAttribute(&message, head, keeper()); }
    /// Of none when `nest` is null.
    explicit Attributes(const nlattr* nest) {
        if (nest) eachAttribute(nest, keeper());
    }
    explicit Attributes(const QByteArray& payload) { eachAttribute(payload, keeper()); }

    const nlattr* operator[](std::size_t type) const { return m_all[type]; }

   private:
    auto keeper() {
        return [this](const nlattr* attribute) {
            if (const std::size_t type = mnl_attr_get_type(attribute); type < Count) m_all[type] = attribute;
        };
    }
    std::array<const nlattr*, Count> m_all{};
};

template <typename T>
std::optional<T> number(const nlattr* attribute) {
    T value{};
    if (!attribute || mnl_attr_get_payload_len(attribute) < sizeof value) return std::nullopt;
    std::memcpy(&value, mnl_attr_get_payload(attribute), sizeof value);
    return value;
}

inline QByteArray bytes(const nlattr* attribute) {
    if (!attribute) return {};
    return {static_cast<const char*>(mnl_attr_get_payload(attribute)),
            static_cast<qsizetype>(mnl_attr_get_payload_len(attribute))};
}

/// Up to its end or a NUL character.
inline QByteArray text(const nlattr* attribute) {
    if (!attribute) return {};
    const char* start = static_cast<const char*>(mnl_attr_get_payload(attribute));
    return {start, static_cast<qsizetype>(::strnlen(start, mnl_attr_get_payload_len(attribute)))};
}

}  // namespace fos1::netlink
