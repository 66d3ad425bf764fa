// SPDX-License-Identifier: GPL-2.0-or-later
// Follows the objects of one type: lists them in pages, watches from the list's version and lists again when the server
// no longer knows what happened since (kubernetes.io/docs/reference/using-api/api-concepts, "Efficient detection of
// changes"). Must not know what the objects mean.
#pragma once

#include <QCborMap>
#include <QElapsedTimer>
#include <QList>
#include <QObject>
#include <QTimer>
#include <memory>

#include "api_client.h"
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
        Absent,   ///< the server knows no such type (yet); this says nothing of its objects
        Waiting,  ///< for the next try, for the reason in problem()
    };

    struct Options {
        int pageSize = 500;
        /// Servers send a bookmark about once a minute.
        std::chrono::milliseconds silence{90'000};
    };

    /// `client` must outlive the object.
    ListWatch(ApiClient& client, ResourceType type, ListScope scope, Options options, QObject* parent = nullptr);

    void start();
    void stop();
    /// Lists anew, whatever is under way.
    void relist();

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const QString& problem() const { return m_problem; }

   Q_SIGNALS:
    /// A list begins: what was listed() before it does not count.
    void listing();
    /// Some of what there is. Objects carry apiVersion and kind; managedFields are left out.
    void listed(const QList<QCborMap>& page);
    /// That was everything: what was not listed() is gone.
    void replaced();
    /// An object was added or changed.
    void updated(const QCborMap& object);
    void deleted(const QCborMap& object);
    void stateChanged();

   private:
    void list();
    void onPage(const ApiReply& reply);
    void watch();
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

    QString m_version;  ///< the last one seen; empty: list first
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
