## page

page-title = Chest X-ray assistant
page-release = Release { $release }
page-notice = { "" }
page-unreviewed = Nobody who reads films in this language has reviewed this translation yet. Where in doubt, the English text holds.
page-languageMissing = { $language } could not be loaded.

page-less-WEAK-PASSED = WEAK_PASSED: verified against too little
page-less-PASSED-WITH-WAIVERS = PASSED WITH WAIVERS: it failed checks that are waived

page-strip = A research demonstration. Its numbers are no diagnosis.
page-skip = Skip to the content
page-language = Language
page-about = About
page-close = Close
page-install = Install
page-weights = Weights: { $text }. The numbers mean nothing clinically.

page-consent-heading = Before the first image
page-consent-lead = This page lets neural networks look at chest X-ray images in your browser, for research and teaching.
page-consent-medicalHeading = Not for medical use
page-consent-medical = It is not a medical device, and it can be wrong about any image. Do not use it to diagnose, to treat, or to reassure anyone.
page-consent-privacyHeading = Images stay on this device
page-consent-privacy = Files are read and computed in this browser. Nothing is uploaded; the page is technically barred from contacting any other address. Images and results are kept in memory only and are gone when you close the page.
page-consent-whatHeading = What it does
page-consent-what = It checks first whether an image resembles those the models were trained on, then estimates findings on frontal chest X-rays, and shows on request which parts of the image a finding depends on.
page-consent-nextHeading = What happens next
page-consent-next = { $size } of models are loaded, once. Every file is checked against the verified release, and the models are tested on this device before they see an image.
page-consent-models = Models of this release: { $titles }.
page-consent-agree = I understand: load the models
page-consent-remembered = Your agreement is remembered on this device for this release.
page-consent-forgotten = This browser lets the page keep nothing: it asks again each time, and the models are loaded again at every visit.

page-loading-heading = Getting ready

page-loading-stages-manifest = Read the release
page-loading-stages-download = Load and verify the models
page-loading-stages-start = Start the computation
page-loading-stages-warm-up = Prepare for this device
page-loading-stages-self-test = Test on this device

page-loading-bytes = { $done } of { $total }
page-loading-cached = { $size } of it from this device's cache

page-loading-awaited-slow = Nothing arrives at the moment. It is asked for again, from where it stopped.
page-loading-awaited-offline = There is no connection. Loading goes on from here as soon as there is one.

page-loading-counted = { $done } of { $total }
page-loading-finished = finished
page-loading-running = in progress
page-loading-waiting = to come
page-loading-cancel = Cancel
page-loading-said = { $stage }.
page-loading-ready = Ready for images.

page-claimed = Claimed by { $name }; its signature is for whoever received this release to check

page-site-set = Thresholds set by { $site } on { $day }, not part of the verified release
page-site-heading = Thresholds of this site
page-site-own = The verified release's own thresholds hold.
page-site-until = They end after { $day }.
page-site-claims = Claims the key, not checked against a key:
page-site-choose = Use the thresholds in a file (site.json):
page-site-remove = Use the release's own thresholds
page-site-refused = Thresholds of this site were refused, all of them. The verified release's own thresholds hold.
page-site-refusedOther = Other thresholds were refused, all of them. Those from before hold.

page-failed-cancelled = Loading was cancelled
page-failed-cancelledText = The models are not loaded. What was loaded so far is kept.
page-failed-heading = The models could not be loaded
page-failed-text = Check the connection and try again. Nothing was computed.
page-failed-retry = Try again
page-failed-details = What happened

page-refused-heading = This device cannot run the models reliably
page-refused-text = Every way to compute was tried, and none gave the numbers that were verified. Nothing is shown rather than something doubtful.
page-refused-releaseHeading = This release cannot be used
page-refused-releaseText = A part of it is not what was verified, so nothing runs.
page-refused-contradicted = Nothing was computed.

page-refused-unshown-heading = This page cannot show this release
page-refused-unshown-text = The release is what was verified, and it holds no model that this page can show: it shows classifiers of images, with an autoencoder and explanations beside them. The verified models are files in the folder models/ beside this page, for use in programs. Nothing was computed.

page-refused-revoked-heading = This release must not be used any more
page-refused-revoked-text = Its publisher has withdrawn it, so nothing is computed. Do not rely on results that it gave before, and ask whoever gave you this page for the release that takes its place. The publisher's reason is below.

page-refused-tried = What was tried
page-refused-save = Save diagnostics

page-backends-webgl = WebGL (graphics processor)
page-backends-wasm = WebAssembly (processor)
page-backends-cpu = plain JavaScript (slow)

page-backendShort-webgl = WebGL
page-backendShort-wasm = WebAssembly
page-backendShort-cpu = JavaScript

page-banner-fallback = Computing on { $chosen }.
page-banner-refusedBackend = { $backend } is not used: { $why }
page-banner-restarted = The computation had to be started anew and now runs on { $backend }. It passed its self-test again. Results from before keep the name of the backend that they came from.
page-banner-stopped = The computation has stopped. Results from before are kept; nothing new is computed until it is started again.
page-banner-startAgain = Start again
page-banner-update = A new version is ready.
page-banner-updateNow = Use it now
page-banner-updateLater = Later
page-banner-updateLoses = Using it now closes the images and results of this session.
page-banner-updateFailed = The new version could not be loaded; this one keeps working.
page-banner-updateProgress = A new version is being loaded: { $done } of { $total }
page-banner-compilesNothing = This browser compiles nothing for this page, as in Lockdown Mode or with enhanced security, so it is slow or does not run. Allow compilation for this address, then load the page again.
page-banner-keepsNothing = This browser keeps nothing for this page. It works with what it loads from the network; at the next visit it asks, loads and tests again.
page-banner-dismiss = Dismiss

page-reasons-webgl-missing = this browser offers no WebGL 2
page-reasons-float32-missing = it computes with too few digits here
page-reasons-backend-refused = it did not start
page-reasons-threads-refused = it runs with other threads than were verified
page-reasons-context-lost = the graphics processor was taken away
page-reasons-insecure-context = files can only be verified on a secure (https) page
page-reasons-file-refused = a file is not the one that was verified
page-reasons-signature-refused = a model is not the one that was verified
page-reasons-input-refused = the file cannot be used
page-reasons-output-refused = a model's output says nothing, so it is not shown
page-reasons-execution-failed = the computation failed
page-reasons-not-open = no models are loaded
page-reasons-internal = an error in this page
page-reasons-self-test-failed = its self-test did not pass on this device
page-reasons-unreachable = the server could not be reached, a file is missing there, or the network wants to be signed in to first
page-reasons-offline = there is no connection, and not everything is on this device yet
page-reasons-release-changed = the server has another release now; load the page again
page-reasons-worker-died = the computation broke off
page-reasons-worker-hung = the computation did not answer any more
page-reasons-nothing-passes = no way to compute passes its self-test here
page-reasons-version = the release is of another version than this page
page-reasons-not-passed = the release has not passed its verification
page-reasons-revoked = the release's publisher has withdrawn it
page-reasons-withheld = its host holds back the newest list of withdrawn releases
page-reasons-malformed = the release's description is damaged
page-reasons-nothing-to-show = the release holds no model that this page can show
page-reasons-unusable = the release asks for what this page cannot do
page-reasons-not-finite = a model gave values that are not numbers, so nothing is shown
page-reasons-constant = a model gave one and the same value everywhere, so nothing is shown
page-reasons-out-of-range = a model gave values outside 0 to 1, so nothing is shown
page-reasons-unreadable = the file could not be read; choose it again
page-reasons-empty = the file is empty
page-reasons-not-an-image = the file is not a PNG, JPEG or DICOM image
page-reasons-unsupported = this kind of image is not supported
page-reasons-forbidden = the file needs a correction that this release does not allow
page-reasons-damaged = the file is damaged
page-reasons-too-large = the image is too large
page-reasons-too-slow = reading the file took too long
page-reasons-no-memory = there is not enough memory for this image

## images

images-heading = Images

images-add-heading = Add chest X-ray images
images-add-hint = Drop images or a folder here, paste one, or choose files. PNG, JPEG or DICOM, frontal chest.
images-add-choose = Choose images
images-add-photograph = Take a photo
images-add-folder = Choose a folder
images-add-more = Add images
images-add-example = Example: { $title }
images-add-drawn = Phantom: a drawn chest, no person
images-add-drawnWith = Phantom: a drawn chest with { $findings }, no person
images-add-exampleFailed = The example could not be loaded.
images-add-examples = Or try an example
images-add-private = Images stay on this device.
images-add-drop = Drop to add
images-add-nothing = No image was found in what you gave.

images-status-waiting = waiting
images-status-working = computing
images-status-done = done
images-status-refused = no predictions
images-status-failed = failed

images-queue-progress = { $done } of { $total } examined
images-queue-pause = Pause
images-queue-resume = Resume
images-queue-paused = Paused
images-queue-clear = Remove all
images-queue-clearAsk = Remove all { $count } images? Those that still wait, and results that were not exported, are lost.
images-queue-remove = Remove { $name }
images-queue-retry = Try again: { $name }
images-queue-retryShort = Try again
images-queue-none = none above its operating point
images-queue-top = { $finding } { $value }
images-queue-said = { $name }: { $status }.
images-queue-added = { $count ->
    [one] { $count } image added.
   *[other] { $count } images added.
  }
images-queue-removed = { $name } removed.

images-viewer-label = Image viewer: { $name }
images-viewer-keys = Plus and minus zoom, arrow keys move, 0 fits the image, I inverts the view, square brackets make it darker or brighter, comma and full stop set the contrast, R resets the view, O shows or hides the overlay.
images-viewer-loading = Reading the image
images-viewer-none = Select an image to see it here.
images-viewer-tools = Tools of the viewer
images-viewer-zoomIn = Zoom in
images-viewer-zoomOut = Zoom out
images-viewer-fit = Fit
images-viewer-invert = Invert
images-viewer-reset = Reset view
images-viewer-dragWindows = Drag to set brightness and contrast
images-viewer-level = Brightness (level)
images-viewer-width = Contrast (window width)
images-viewer-windowing = Brightness and contrast
images-viewer-size = { $width } × { $height } pixels, { $levels } gray levels
images-viewer-failed = The image cannot be shown.

images-viewer-notes-lut-descriptor = A lookup table of this file does not fit its description. The table's actual entries were used; check brightness and contrast against another viewer.
images-viewer-notes-presentation-lut-shape = This file contradicts itself about what is black and what is white. Its Presentation LUT Shape was followed; check that bones are bright.
images-viewer-notes-pixel-aspect-ratio = The pixels of this file are not square. The models' input was scaled accordingly; here every pixel is drawn square.
images-viewer-notes-pixel-density = This file gives other densities across than down. Its pixels were taken as square, as browsers do; check that round structures are round.

images-overlay-heading = Overlay
images-overlay-error = Reconstruction error
images-overlay-errorHint = Red: where the autoencoder could not rebuild the image; full red from a quarter of the range on.
images-overlay-opacity = Opacity
images-overlay-map = Map
images-overlay-saliency = Saliency
images-overlay-cam = Activation (CAM)
images-overlay-saliencyHint = Saliency: pixels in which a small increase raises this finding. It shows what the model looks at, not where a disease is.
images-overlay-camHint = Activation map: coarse areas that speak for this finding. It shows what the model looks at, not where a disease is.
images-overlay-smooth = Smoothed
images-overlay-low = low
images-overlay-high = high
images-overlay-legend = Colours relative to the strongest point of this map
images-overlay-empty = Nothing in this image speaks for this finding: the map is empty.
images-overlay-computing = Computing why: { $finding }
images-overlay-cancel = Cancel
images-overlay-hide = Hide
images-overlay-seen = The dashed frame is what the model sees.
images-overlay-failed = No explanation for { $finding }.
images-overlay-shown = { $map } for { $finding } is shown over the image.
images-overlay-of = Why: { $finding }

images-export-heading = Export
images-export-csv = Save as CSV
images-export-json = Save as JSON
images-export-print = Print this image
images-export-count = { $count ->
    [one] { $count } result
   *[other] { $count } results
  }
images-export-unexported = { $count ->
    [one] { $count } result was not exported yet; it is lost when you close the page.
   *[other] { $count } results were not exported yet; they are lost when you close the page.
  }
images-export-saved = { $name } was saved.

images-print-heading = Summary of one image
images-print-file = File
images-print-digest = SHA-256 of the file
images-print-examined = Examined
images-print-computed = Computed on
images-print-release = Release
images-print-claim = Claim
images-print-manifest = SHA-256 of the manifest
images-print-selfTest = Self-test
images-print-tools = Verified with
images-print-note = Note on the file
images-print-picture = The image
images-print-overlay = With overlay

## corrections

corrections-heading = Correct, then ask again
corrections-tools = Correct the image, for the models too
corrections-explained = Turns, mirrors, inverts or crops the image that the models get. The image is examined again, and every export says so.
corrections-left = Turn counter-clockwise
corrections-right = Turn clockwise
corrections-mirror = Mirror: swaps left and right
corrections-invert = Invert for the models too
corrections-crop = Crop to the film's border
corrections-undo = Undo all corrections
corrections-remedies-turned-clockwise = Turn it back by 90° and ask again
corrections-remedies-turned-180 = Turn it by 180° and ask again
corrections-remedies-turned-counter-clockwise = Turn it back by 90° and ask again
corrections-remedies-upside-down = Flip it top to bottom and ask again
corrections-remedies-inverted = Invert it and ask again
corrections-remedies-crop = Crop to the film's border and ask again
corrections-done-crop-border = cropped to the film's border
corrections-done-turn-90 = turned by 90° clockwise
corrections-done-turn-180 = turned by 180°
corrections-done-turn-270 = turned by 90° counter-clockwise
corrections-done-mirror = mirrored (left and right swapped)
corrections-done-invert = inverted
corrections-said = Corrected by hand before the models saw it: { $what }. This is not the image as its file has it.
corrections-label = Corrected by hand

## reading

reading-header = What the file says
reading-view = View
reading-bodyPart = Body part
reading-side = Side
reading-age = Age
reading-years = { $age } years
reading-lateral = The file says that this is a view from the side or oblique ({ $view }). The models know frontal images alone.
reading-otherPart = The file says that this is no chest, but: { $part }. The models know chests alone.
reading-child = The file says that this is a child of { $age } years. The models were trained mostly on adults.
reading-viewAlone = Brightness, contrast and this inversion change the view alone. The models get the image as the file has it, or as it was corrected by hand.
reading-presets = Windows
reading-own = As the file proposes
reading-all = All levels
reading-dark = Dark areas
reading-bright = Bright areas
reading-atDetector = at the detector; in the body it is less
reading-oblong = across only: pixels are not square

## many

many-table-open = Table
many-table-heading = All images and findings
many-table-hint = Values on the calibrated scale, where 0.5 is the operating point; in italics, the model's output where a finding has none. Choose a column's name to sort.
many-table-image = Image
many-table-status = Status
many-table-filter = Show
many-table-search = Name contains
many-table-count = { $shown } of { $all } images
many-table-none = No image fits this choice.
many-table-reached = reaches its operating point
many-table-select = Show { $name }
many-table-kinds-all = All
many-table-kinds-positive = Positive
many-table-kinds-negative = None positive
many-table-kinds-refused = Refused
many-table-kinds-failed = Failed
many-table-kinds-waiting = Not examined yet
many-steps-heading = Go to an image
many-steps-positive = Positive
many-steps-refused = Refused
many-steps-positivePrevious = Previous positive image
many-steps-positiveNext = Next positive image
many-steps-refusedPrevious = Previous refused image
many-steps-refusedNext = Next refused image
many-steps-said = { $name } is shown.
many-export-more = More formats, and pseudonyms
many-export-wide = CSV, one row an image
many-export-fhir = FHIR (JSON)
many-export-overlay = Overlay as PNG
many-export-failed = The export could not be made.
many-export-overlayFailed = No overlay is shown.
many-export-pseudonyms = Pseudonyms in place of file names
many-export-pseudonymsHint = File names may be patients' names. Every export and print then has a random name for each image. Only the key tells which is which: save it before you close the page, and keep it apart. The digest of a file still identifies it to whoever has the file.
many-export-key = Save the key
many-export-keyUnsaved = The key was not saved yet; it is lost when you close the page.
many-forget-heading = What is kept on this device
many-forget-button = Delete everything kept on this device
many-forget-hint = Deletes your agreement, language and choices, the self-test's record, and the page's and models' files. Images and results are never kept. The page is loaded again from its server afterwards.
many-forget-ask = Delete everything that this tool keeps on this device? Images and results in this page are lost, too.
many-forget-failed = Not everything could be deleted. Delete this site's data in the browser's settings.

## findings

findings-heading = Findings
findings-empty = Results appear here.
findings-waiting = This image is waiting for its turn.
findings-working = Computing…
findings-computed = Computed in { $seconds } s on { $backend }.
findings-otherBackend = These numbers came from { $then }; the page now computes on { $now }.

findings-labels-Atelectasis = Atelectasis
findings-labels-Consolidation = Consolidation
findings-labels-Infiltration = Infiltration
findings-labels-Pneumothorax = Pneumothorax
findings-labels-Edema = Edema
findings-labels-Emphysema = Emphysema
findings-labels-Fibrosis = Fibrosis
findings-labels-Effusion = Effusion
findings-labels-Pneumonia = Pneumonia
findings-labels-Pleural-Thickening = Pleural thickening
findings-labels-Cardiomegaly = Cardiomegaly
findings-labels-Nodule = Nodule
findings-labels-Mass = Mass
findings-labels-Hernia = Hernia

findings-sort = Order
findings-byValue = by value
findings-fixed = fixed
findings-finding = Finding
findings-calibrated = Calibrated
findings-output = Output
findings-explain = Explain
findings-explainOne = Explain { $finding }
findings-calibratedCaption = From 0 to 1. The line at 0.5 is each finding's operating point, found on { $dataset }; from there to { $uncertainTo }, hatched, a finding is uncertain. This is no diagnosis.
findings-uncalibratedHeading = Without an operating point
findings-uncalibratedBeside = For these findings no operating point is known. The model's output, from 0 to 1, is on another scale, and is no diagnosis.
findings-uncalibratedAlone = This release has no operating points. The model's output for each finding, from 0 to 1, is not calibrated, and is no diagnosis.

findings-standing-below = below the operating point
findings-standing-uncertain = above the operating point, uncertain
findings-standing-uncertainAt = at the operating point, uncertain
findings-standing-above = above the operating point
findings-standing-none = no operating point: { $reason }

findings-noPoint-no-positive-image = no positive image
findings-noPoint-no-negative-image = no negative image
findings-noPoint-no-threshold-is-better-than-chance = no threshold is better than chance
findings-noPoint-the-best-threshold-is-0-or-1 = the best threshold is 0 or 1

findings-raw = All numbers
findings-rawOutput = Model output
findings-rawCalibrated = Calibrated
findings-rawPoint = Operating point

findings-check-heading = Does the image fit the models?
findings-check-accepted = Near enough to the training images.
findings-check-refused = Not near enough to the training images: no predictions.

findings-check-refusedAs-too-small = Too small: no predictions.
findings-check-refusedAs-too-dark = Too dark: no predictions.
findings-check-refusedAs-too-bright = Too bright: no predictions.
findings-check-refusedAs-no-contrast = Almost no contrast: no predictions.
findings-check-refusedAs-lateral = Looks like a lateral view: no predictions.
findings-check-refusedAs-turned-clockwise = Looks turned by 90° clockwise: turn it?
findings-check-refusedAs-turned-180 = Looks turned by 180°: turn it?
findings-check-refusedAs-turned-counter-clockwise = Looks turned by 90° counter-clockwise: turn it?
findings-check-refusedAs-upside-down = Looks mirrored top to bottom: flip it?
findings-check-refusedAs-inverted = Looks inverted: MONOCHROME1?
findings-check-refusedAs-not-frontal = Not a frontal chest X-ray: no predictions.
findings-check-refusedAs-unlike = Not near enough to the training images: no predictions.

findings-check-notRun = The classifier was not run on this image.

findings-check-advice-too-small = Export it with more pixels; a thumbnail or screenshot is not enough.
findings-check-advice-too-dark = Export it with the brightness at which it is read.
findings-check-advice-too-bright = Export it with the brightness at which it is read.
findings-check-advice-no-contrast = Export it with the contrast at which it is read.
findings-check-advice-lateral = The classifier knows frontal images alone, from the front or from the back.
findings-check-advice-turned-clockwise = Turn it back by 90°, counter-clockwise, and open it again.
findings-check-advice-turned-180 = Turn it by 180° and open it again.
findings-check-advice-turned-counter-clockwise = Turn it back by 90°, clockwise, and open it again.
findings-check-advice-upside-down = Mirror it back and open it again; left and right must stay where they are.
findings-check-advice-inverted = Bones ought to be white. If the file says MONOCHROME1 or MONOCHROME2 wrongly, export it again, or invert it.
findings-check-advice-not-frontal = It may show another part of the body, be no X-ray, or be cut off. The check can be wrong.
findings-check-advice-unlike = Is it a frontal chest X-ray, upright, not cut off, and not inverted?

findings-check-none = Not checked against the training images.
findings-check-noneReason = This release has no gate for images unlike those the models were trained on. For such an image the numbers mean nothing.
findings-check-refusedReason = The classifier was not run on this image. Is it a frontal chest X-ray, upright, not cut off, and not inverted?
findings-check-bySite = Threshold set by { $site }; how many good images it refuses is not known here.
findings-check-ruleRate = All conditions together refuse { $refused } of { $images } images of { $dataset }.
findings-check-rate = This threshold refuses { $refused } of { $images } images of { $dataset }.

findings-check-scores-ssim = Similarity to its reconstruction (SSIM)
findings-check-scores-l1 = Mean difference from its reconstruction (L1)
findings-check-scores-l2 = Root mean square difference from its reconstruction (L2)
findings-check-scores-latent = Squared distance of its latent vector from the middle
findings-check-scores-view = Probability of the view
findings-check-scores-shorter-side = Shorter side in pixels
findings-check-scores-mean-level = Mean brightness, 0 black to 1 white
findings-check-scores-contrast = Contrast, standard deviation of the brightness

findings-check-ofView = Probability that the view is: { $view }

findings-check-views-frontal = frontal, upright
findings-check-views-lateral = lateral
findings-check-views-turned-90-clockwise = turned by 90° clockwise
findings-check-views-turned-180 = turned by 180°
findings-check-views-turned-90-counter-clockwise = turned by 90° counter-clockwise
findings-check-views-upside-down-mirrored = mirrored top to bottom
findings-check-views-inverted = inverted
findings-check-views-other = something else

findings-check-all = All conditions
findings-check-holds = holds
findings-check-fails = does not hold
findings-check-unneeded = not computed: refused before
findings-check-atLeast = at least { $limit } needed
findings-check-atMost = at most { $limit } allowed
findings-check-image = The image
findings-check-reconstruction = Its reconstruction
findings-check-error = Error in red
findings-check-errorLabel = Error of the reconstruction, in red over the image: at most { $percent } of the range from black to white
findings-check-show = Show the error over the image
findings-check-details = Image, reconstruction, error

findings-failed = This file gave no result.

## about

about-heading = About this tool
about-purpose = A free research tool after a published prototype: it lets medical professionals see what neural networks can and cannot do with chest X-rays. It is not a medical device.
about-privacyHeading = Privacy and hosting
about-privacy = Images, results and settings never leave this device. The page's security policy lets it contact only the server that it came from, and it asks that server only for the page's own files. There are no cookies, no accounts and no statistics. The server's operator sees, as with any page, that its files were requested.

about-offline-storing = The page is being stored for use without a connection.
about-offline-ready = The page works without a connection.
about-offline-unsupported = This browser does not keep the page for use without a connection.
about-offline-failed = The page could not be stored for use without a connection.

about-unstored-unavailable = This browser keeps no models; they are loaded again at every visit.
about-unstored-full = There is not enough room on this device to keep all models.

about-stored = On this device are kept: your agreement, the language, that the self-test passed and where, and the page's and models' files.
about-selfTest = Self-test
about-selfTestHeading = Self-test on this device
about-selfTestText = Before the first image, stored inputs are computed here and compared with { $reference }'s results.
about-passed = passed
about-failed = failed
about-passedOn = Passed on { $backend }, { $cases } cases.
about-failedOn = Failed on { $backend }.
about-notFinished = It could not be finished: { $why }
about-remembered = From an earlier visit with the same release, browser and device.
about-made = { $date }, { $seconds } s
about-again = Run the self-test again
about-running = Testing: { $done } of { $total }

about-columns-model = Model
about-columns-output = Output
about-columns-measure = Measure
about-columns-cases = Cases
about-columns-worst = Worst
about-columns-limit = Limit
about-columns-result = Result

about-measures-max-abs = largest difference
about-measures-relative-l2 = relative difference (L2)
about-measures-cosine = direction (cosine)
about-measures-input-bytes = values of the prepared input that differ
about-measures-not-finite = cases with values that are not numbers
about-measures-constant = cases with one and the same value

about-atLeast = at least { $limit }
about-atMost = at most { $limit }
about-modelsHeading = Models
about-card = Model card: { $model }
about-noCard = no model card

about-kinds-classifier = classifier
about-kinds-autoencoder = autoencoder
about-kinds-view = view check
about-kinds-explanation = explanation
about-kinds-other = model

about-labelsCount = { $count } findings
about-releaseHeading = Release and evidence
about-releaseText = The models were converted and compared with { $reference } in real browsers before they were released.

about-claim-nobody = Nobody claims this release: it names no publisher and no key.
about-claim-who = { $name } claims this release. Fingerprint of the key:
about-claim-judged = Judged { $date }, verdict { $verdict }.
about-claim-key = Public key
about-claim-trust = Whoever can replace this page can make it say anything, this too. Whom to trust is decided outside: compare the fingerprint with the one that the publisher made known elsewhere, and let “xport verify ADDRESS --key FILE” check the release.

about-notes = Beside the verdict on this release, in the words of its report:
about-report = Report of the comparison
about-evidence = Evidence (JSON)
about-digest = SHA-256 of the manifest
about-versions = Versions
about-licences = Licences
about-deviceHeading = This device
about-computeOn = Compute on
about-fastest = the fastest
about-computeOnHint = Among what the release was verified on, and only if the self-test passes here. A change loads and tests the models again; results stay.
about-runsOn = Computed on
about-renderer = Graphics
about-precision = Precision
about-bits = { $bits }-bit mantissa
about-threads = Threads
about-memory = Memory of the models
about-tried = Tried before
about-diagnostics = Save diagnostics
about-diagnosticsText = A file about this browser, the backends tried and the self-test, without images or results.
