// SPDX-License-Identifier: GPL-2.0-or-later
// Tracks the objects of one type: lists them in pages, watches from the list's version, and lists again when the server
// no longer knows the changes since (kubernetes.io/docs/reference/using-api/api-concepts, "Efficient detection of
// changes"). Must not know what the objects mean.
#pragma once

#include <QCborMap>
#include <QElapsedTimer>
#include <QList>
#include <QObject>
#include <QTimer>
#include <memory>

#include "api_client.h"
#include "api_stream.h"
#include "retry_delay.h"

namespace fos1::kube {

struct ListScope {
    QString ns;  ///< empty: all namespaces
    QString labelSelector;
    QString fieldSelector;
};

class ListWatch : public QObject {
    Q_OBJECT
   public:
    enum class State {
        Unknown = 0,
        Listing,
        Watching,
        Absent,   ///< the server does not know the type (yet); this implies nothing about its objects
        Waiting,  ///< for the next attempt; problem() is the reason
    };

    struct Options {
        int pageSize = 500;
        /// After this time without an event or bookmark, the server is asked whether the watch can go on. Most servers
        /// send a bookmark about once a minute, some only when there was a change.
        std::chrono::milliseconds silence{90'000};
    };

    /// `client` outlives the object.
    ListWatch(ApiClient& client, ResourceType type, ListScope scope, Options options, QObject* parent = nullptr);

    void start();
    void stop();
    /// Lists again, even when a list or watch is under way.
    void relist();

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const QString& problem() const { return m_problem; }

   Q_SIGNALS:
    /// A list begins: discard the listed() objects of an unfinished list.
    void listing();
    /// A part of the objects. They carry apiVersion and kind, but not managedFields.
    void listed(const QList<QCborMap>& page);
    /// The list is complete: objects that were not listed() are deleted.
    void replaced();
    /// An object was added or changed.
    void updated(const QCborMap& object);
    void deleted(const QCborMap& object);
    void stateChanged();

   private:
    void list();
    void onPage(const ApiReply& reply);
    void watch();
    /// Asks for the server's current version, after a silent watch.
    void check();
    void onChecked(const ApiReply& reply);
    void onGone(const QString& problem);
    void onLine(const QByteArray& line);
    void onWatchEnded(const ApiReply& reply);
    void retry(State state, const QString& problem, std::optional<std::chrono::milliseconds> after = {});
    void setState(State state, const QString& problem);
    [[nodiscard]] QUrlQuery scopeQuery() const;
    [[nodiscard]] QCborMap objectOf(QJsonObject object) const;

    ApiClient& m_client;
    ResourceType m_type;
    ListScope m_scope;
    Options m_options;
    State m_state = State::Unknown;
    QString m_problem;

    QString m_version;  ///< the last version seen; empty: list first
    bool m_mustList = true;
    QString m_continue;  ///< of the list under way
    QString m_listVersion;
    bool m_inPages = true;
    RetryDelay m_delay;
    QTimer m_timer;
    std::unique_ptr<QObject> m_request;  ///< context of the request under way
    std::unique_ptr<ApiStream> m_stream;
    QElapsedTimer m_watching;
};

}  // namespace fos1::kube
