// SPDX-License-Identifier: Apache-2.0
// What a file holds, by its name alone: nobody looks into it.
#include "dock/app/import.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace liuhen::dock {

namespace {

struct Ending {
    std::string_view ending;
    const char* media;
};

constexpr Ending kEndings[] = {
    {".mp4", "video"},  {".mov", "video"},  {".m4v", "video"},  {".avi", "video"},
    {".mkv", "video"},  {".ts", "video"},   {".mts", "video"},  {".m2ts", "video"},
    {".mpg", "video"},  {".mpeg", "video"}, {".ps", "video"},   {".wmv", "video"},
    {".asf", "video"},  {".flv", "video"},  {".3gp", "video"},  {".webm", "video"},
    {".dav", "video"},  {".h264", "video"}, {".h265", "video"}, {".264", "video"},
    {".265", "video"},  {".jpg", "photo"},  {".jpeg", "photo"}, {".png", "photo"},
    {".heic", "photo"}, {".tif", "photo"},  {".tiff", "photo"}, {".bmp", "photo"},
    {".webp", "photo"}, {".dng", "photo"},  {".wav", "sound"},  {".mp3", "sound"},
    {".m4a", "sound"},  {".aac", "sound"},  {".amr", "sound"},  {".flac", "sound"},
    {".ogg", "sound"},  {".opus", "sound"}, {".wma", "sound"},
};

}  // namespace

std::string mediaOf(const std::string& path) {
    std::string ending = std::filesystem::path(path).extension().string();
    for (char& letter : ending) {
        if (letter >= 'A' && letter <= 'Z') {
            letter = static_cast<char>(letter - 'A' + 'a');
        }
    }
    const auto* found = std::find_if(std::begin(kEndings),
                                     std::end(kEndings),
                                     [&](const auto& row) { return row.ending == ending; });
    return found == std::end(kEndings) ? "" : found->media;
}

}  // namespace liuhen::dock
