#!/usr/bin/env Rscript
# Reads a table of `mien annotate IN --csv FILE --raw --derived` with R alone: prints how long each
# face showed what, and draws its valence over time.
#
# usage: read_annotations.R TABLE.csv PLOT.png      (Debian: r-base-core)

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) != 2) stop("usage: read_annotations.R TABLE.csv PLOT.png")

# Rows with a face; `seconds` is how long the frame of each is shown.
read_table <- function(path) {
  table <- read.csv(path, check.names = FALSE, fileEncoding = "UTF-8")
  frames <- unique(table[c("frame", "time")])
  frames <- frames[order(frames$frame), ]
  lasts <- diff(frames$time)
  frames$seconds <- c(lasts, median(lasts))
  table <- merge(table, frames[c("frame", "seconds")], by = "frame")
  table[!is.na(table$face), ]
}

rows <- read_table(arguments[1])

# Share of the time that each face is shown with each label.
seconds <- xtabs(seconds ~ face + label, rows)
print(round(prop.table(seconds, 1), 3))

png(arguments[2], width = 1080, height = 360, type = "cairo")
plot(range(rows$time), c(-1, 1), type = "n", xlab = "time (s)", ylab = "valence (derived)")
abline(h = 0, col = "gray")
faces <- sort(unique(rows$face))
for (i in seq_along(faces)) {
  one <- rows[rows$face == faces[i], ]
  one <- one[order(one$time), ]
  lines(one$time, one$valence, col = i)
}
legend("topright", paste("face", faces), col = seq_along(faces), lty = 1)
invisible(dev.off())
