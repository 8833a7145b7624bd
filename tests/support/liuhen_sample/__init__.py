# SPDX-License-Identifier: Apache-2.0
"""A writer of sample evidence, from docs/format alone."""
