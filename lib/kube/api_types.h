// SPDX-License-Identifier: GPL-2.0-or-later
// Requests to an API server and its replies, as values.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>
#include <QUrlQuery>
#include <chrono>
#include <optional>

namespace fos1::kube {

struct HttpEnd;

/// A resource as URLs name it: "example.com/v1" (or "v1") and "widgets".
struct ResourceType {
    QString apiVersion;
    QString kind;
    QString plural;
    bool isNamespaced = true;

    /// /apis/GROUP/VERSION[/namespaces/NS]/PLURAL[/NAME][/SUBRESOURCE]; `ns` empty: across all namespaces.
    [[nodiscard]] QString path(const QString& ns = {}, const QString& name = {}, const QString& subresource = {}) const;
    bool operator==(const ResourceType&) const = default;
};

struct ApiRequest {
    QByteArray verb = "GET";
    QString path;
    QUrlQuery query;
    QByteArray body;
    QByteArray contentType;
    std::chrono::milliseconds timeout{15'000};  ///< for the whole reply
};

struct ApiReply {
    int status = 0;  ///< of HTTP; 0: there was no reply
    QByteArray body;
    std::optional<std::chrono::milliseconds> retryAfter;
    QString problem;         ///< for people: the server's message, or why the request failed; empty on success
    bool isTimeout = false;  ///< nothing, or nothing more, arrived in time

    [[nodiscard]] bool isOk() const { return status >= 200 && status < 300 && problem.isEmpty(); }
    [[nodiscard]] QJsonObject json() const;
};

/// The reply that ended like this, with its body as far as it is wanted.
ApiReply replyOf(const HttpEnd& end, const QByteArray& body);

/// What went wrong in a reply with this status: the message of its Status object, otherwise its first line.
QString problemOf(int status, const QByteArray& body);

}  // namespace fos1::kube
