// SPDX-License-Identifier: Apache-2.0
// From board and capture to the writer thread, as long as there is one.
#pragma once

#include "firmware/recorder/controls.hpp"
#include "firmware/recorder/writer_thread.hpp"
#include "firmware/statement/voice.hpp"

#include <functional>
#include <memory>
#include <shared_mutex>

namespace liuhen::app {

/// Lets through to the writer until it is closed. Listeners hold it, and may be called by threads
/// that end later than the writer. Thread-safe.
class Gate {
public:
    explicit Gate(recorder::WriterThread& writer) : writer_(&writer) {}

    /// Calls `act` with the writer if the gate is open; it stays open until `act` has returned.
    template <class Act>
    void pass(const Act& act) {
        const std::shared_lock lock(mutex_);
        if (writer_ != nullptr) {
            act(*writer_);
        }
    }
    /// Nothing passes any more once this has returned.
    void close() {
        const std::unique_lock lock(mutex_);
        writer_ = nullptr;
    }

private:
    std::shared_mutex mutex_;
    recorder::WriterThread* writer_;
};

/// Connects buttons, board events, capture and voice with the writer, and starts the capture.
/// Closes the gate when destroyed: before the writer and the capture are.
class Wiring {
public:
    /// `voice` is used on the writer thread alone, and outlives the writer.
    Wiring(hal::Board& board,
           capture::Capture& capture,
           recorder::WriterThread& writer,
           statement::Voice& voice,
           bool silent);
    ~Wiring() { gate_->close(); }
    Wiring(const Wiring&) = delete;
    Wiring& operator=(const Wiring&) = delete;

    void close() { gate_->close(); }

private:
    std::shared_ptr<Gate> gate_;
};

}  // namespace liuhen::app
