## page

page-title = مساعد الأشعة السينية للصدر
page-release = الإصدار { $release }
page-notice = ليس للاستخدام الطبي
page-unreviewed = لم يراجع هذه الترجمة بعد أحد ممن يقرؤون صور الأشعة بهذه اللغة. عند الشك يُعتدّ بالنص الإنجليزي.
page-languageMissing = تعذّر تحميل { $language }.

page-less-WEAK-PASSED = WEAK_PASSED: تم التحقق منه بالقليل جدًا
page-less-PASSED-WITH-WAIVERS = PASSED WITH WAIVERS: لم يجتز فحوصًا أُعفي منها

page-strip = عرض بحثي. أرقامه ليست تشخيصًا.
page-skip = الانتقال إلى المحتوى
page-language = اللغة
page-about = حول الأداة
page-close = إغلاق
page-install = تثبيت
page-weights = الأوزان: { $text }. الأرقام لا تعني شيئًا سريريًا.

page-consent-heading = قبل الصورة الأولى
page-consent-lead = تتيح هذه الصفحة لشبكات عصبية أن تنظر في صور الأشعة السينية للصدر داخل متصفحك، لأغراض البحث والتعليم.
page-consent-medicalHeading = ليس للاستخدام الطبي
page-consent-medical = هذه ليست جهازًا طبيًا، وقد تخطئ في أي صورة. لا تستخدمها للتشخيص ولا للعلاج ولا لطمأنة أي شخص.
page-consent-privacyHeading = تبقى الصور على هذا الجهاز
page-consent-privacy = تُقرأ الملفات وتُحسب في هذا المتصفح. لا يُرفع شيء؛ والصفحة ممنوعة تقنيًا من الاتصال بأي عنوان آخر. تُحفظ الصور والنتائج في الذاكرة فقط وتزول عند إغلاق الصفحة.
page-consent-whatHeading = ماذا تفعل
page-consent-what = تتحقق أولًا مما إذا كانت الصورة تشبه الصور التي دُرّبت عليها النماذج، ثم تقدّر العلامات في صور الصدر الأمامية، وتُظهر عند الطلب أي أجزاء الصورة تعتمد عليها العلامة.
page-consent-nextHeading = ماذا يحدث بعد ذلك
page-consent-next = تُحمَّل نماذج بحجم { $size } مرة واحدة. يُقارن كل ملف بالإصدار الذي تم التحقق منه، وتُختبر النماذج على هذا الجهاز قبل أن ترى أي صورة.
page-consent-models = نماذج هذا الإصدار: { $titles }.
page-consent-agree = فهمت: حمّل النماذج
page-consent-remembered = تُحفظ موافقتك على هذا الجهاز لهذا الإصدار.
page-consent-forgotten = لا يسمح هذا المتصفح للصفحة بحفظ أي شيء: فهي تسأل كل مرة، وتُحمَّل النماذج من جديد في كل زيارة.

page-loading-heading = جارٍ التحضير

page-loading-stages-manifest = قراءة الإصدار
page-loading-stages-download = تحميل النماذج والتحقق منها
page-loading-stages-start = بدء الحساب
page-loading-stages-warm-up = التهيئة لهذا الجهاز
page-loading-stages-self-test = الاختبار على هذا الجهاز

page-loading-bytes = { $done } من { $total }
page-loading-cached = منها { $size } من ذاكرة هذا الجهاز

page-loading-awaited-slow = لا يصل شيء في الوقت الحالي. يُعاد الطلب من حيث توقف.
page-loading-awaited-offline = لا يوجد اتصال. يستمر التحميل من هنا حالما يتوفر اتصال.

page-loading-counted = { $done } من { $total }
page-loading-finished = انتهى
page-loading-running = قيد التنفيذ
page-loading-waiting = لم يبدأ بعد
page-loading-cancel = إلغاء
page-loading-said = { $stage }.
page-loading-ready = جاهز لاستقبال الصور.

page-claimed = يدّعيها { $name }؛ والتحقق من التوقيع على من تسلّم هذا الإصدار

page-site-set = عتبات حددها { $site } في { $day }، وليست جزءًا من الإصدار الذي تم التحقق منه
page-site-heading = عتبات هذا الموقع
page-site-own = تسري عتبات الإصدار الذي تم التحقق منه.
page-site-until = تنتهي بعد { $day }.
page-site-claims = يدّعي المفتاح، دون مقارنته بأي مفتاح:
page-site-choose = استخدام العتبات الموجودة في ملف (site.json):
page-site-remove = استخدام عتبات الإصدار نفسه
page-site-refused = رُفضت عتبات هذا الموقع كلها. تسري عتبات الإصدار الذي تم التحقق منه.
page-site-refusedOther = رُفضت عتبات أخرى كلها. تسري العتبات السابقة.

page-failed-cancelled = أُلغي التحميل
page-failed-cancelledText = لم تُحمَّل النماذج. ما حُمّل حتى الآن محفوظ.
page-failed-heading = تعذّر تحميل النماذج
page-failed-text = تحقق من الاتصال وحاول مرة أخرى. لم يُحسب شيء.
page-failed-retry = المحاولة مرة أخرى
page-failed-details = ما الذي حدث

page-refused-heading = لا يستطيع هذا الجهاز تشغيل النماذج بشكل موثوق
page-refused-text = جُرّبت كل طرق الحساب، ولم تُعطِ أي منها الأرقام التي تم التحقق منها. لا يُعرض شيء بدلًا من عرض شيء مشكوك فيه.
page-refused-releaseHeading = لا يمكن استخدام هذا الإصدار
page-refused-releaseText = جزء منه ليس هو ما تم التحقق منه، لذلك لا يعمل شيء.
page-refused-contradicted = لم يُحسب شيء.

page-refused-unshown-heading = لا تستطيع هذه الصفحة عرض هذا الإصدار
page-refused-unshown-text = الإصدار هو ما تم التحقق منه، ولا يحتوي على نموذج تستطيع هذه الصفحة عرضه: فهي تعرض مصنّفات صور، مع مرمّز ذاتي وتفسيرات إلى جانبها. النماذج التي تم التحقق منها ملفات في المجلد models/ بجانب هذه الصفحة، لاستخدامها في البرامج. لم يُحسب شيء.

page-refused-revoked-heading = يجب عدم استخدام هذا الإصدار بعد الآن
page-refused-revoked-text = سحبه ناشره، لذلك لا يُحسب شيء. لا تعتمد على النتائج التي أعطاها من قبل، واطلب ممن أعطاك هذه الصفحة الإصدار الذي يحل محله. سبب الناشر مذكور أدناه.

page-refused-tried = ما جُرّب
page-refused-save = حفظ بيانات التشخيص التقني

page-backends-webgl = WebGL (معالج الرسوميات)
page-backends-wasm = WebAssembly (المعالج)
page-backends-cpu = JavaScript عادي (بطيء)

page-backendShort-webgl = WebGL
page-backendShort-wasm = WebAssembly
page-backendShort-cpu = JavaScript

page-banner-fallback = يجري الحساب على { $chosen }.
page-banner-refusedBackend = لا يُستخدم { $backend }: { $why }
page-banner-restarted = كان لا بد من بدء الحساب من جديد، وهو يعمل الآن على { $backend }. وقد اجتاز اختباره الذاتي مرة أخرى. تحتفظ النتائج السابقة باسم طريقة الحساب التي جاءت منها.
page-banner-stopped = توقف الحساب. النتائج السابقة محفوظة؛ ولا يُحسب شيء جديد حتى يبدأ مرة أخرى.
page-banner-startAgain = البدء من جديد
page-banner-update = يوجد إصدار جديد جاهز.
page-banner-updateNow = استخدامه الآن
page-banner-updateLater = لاحقًا
page-banner-updateLoses = استخدامه الآن يغلق صور هذه الجلسة ونتائجها.
page-banner-updateFailed = تعذّر تحميل الإصدار الجديد؛ ويستمر هذا الإصدار في العمل.
page-banner-updateProgress = يجري تحميل إصدار جديد: { $done } من { $total }
page-banner-compilesNothing = لا يترجم هذا المتصفح شيئًا لهذه الصفحة، كما في وضع الإغلاق أو مع الأمان المعزز، فتكون بطيئة أو لا تعمل. اسمح بالترجمة لهذا العنوان، ثم أعد تحميل الصفحة.
page-banner-keepsNothing = لا يحفظ هذا المتصفح شيئًا لهذه الصفحة. فهي تعمل بما تحمّله من الشبكة؛ وفي الزيارة القادمة تسأل وتحمّل وتختبر من جديد.
page-banner-dismiss = إخفاء

page-reasons-webgl-missing = لا يوفر هذا المتصفح WebGL 2
page-reasons-float32-missing = يحسب هنا بعدد قليل جدًا من الأرقام
page-reasons-backend-refused = لم يبدأ
page-reasons-threads-refused = يعمل بعدد من مسارات التنفيذ غير الذي تم التحقق منه
page-reasons-context-lost = سُحب معالج الرسوميات
page-reasons-insecure-context = لا يمكن التحقق من الملفات إلا في صفحة آمنة (https)
page-reasons-file-refused = أحد الملفات ليس هو الملف الذي تم التحقق منه
page-reasons-signature-refused = أحد النماذج ليس هو النموذج الذي تم التحقق منه
page-reasons-input-refused = لا يمكن استخدام الملف
page-reasons-output-refused = مخرجات أحد النماذج لا تقول شيئًا، لذلك لا تُعرض
page-reasons-execution-failed = فشل الحساب
page-reasons-not-open = لا توجد نماذج محمّلة
page-reasons-internal = خطأ في هذه الصفحة
page-reasons-self-test-failed = لم يجتز اختباره الذاتي على هذا الجهاز
page-reasons-unreachable = تعذّر الوصول إلى الخادم، أو ينقصه ملف، أو تتطلب الشبكة تسجيل الدخول أولًا
page-reasons-offline = لا يوجد اتصال، وليس كل شيء موجودًا على هذا الجهاز بعد
page-reasons-release-changed = لدى الخادم الآن إصدار آخر؛ أعد تحميل الصفحة
page-reasons-worker-died = انقطع الحساب
page-reasons-worker-hung = لم يعد الحساب يستجيب
page-reasons-nothing-passes = لا تجتاز أي طريقة حساب اختبارها الذاتي هنا
page-reasons-version = الإصدار من نسخة غير نسخة هذه الصفحة
page-reasons-not-passed = لم يجتز الإصدار التحقق
page-reasons-revoked = سحب الناشر هذا الإصدار
page-reasons-withheld = يحجب مضيفه أحدث قائمة بالإصدارات المسحوبة
page-reasons-malformed = وصف الإصدار تالف
page-reasons-nothing-to-show = لا يحتوي الإصدار على نموذج تستطيع هذه الصفحة عرضه
page-reasons-unusable = يطلب الإصدار ما لا تستطيع هذه الصفحة فعله
page-reasons-not-finite = أعطى أحد النماذج قيمًا ليست أرقامًا، لذلك لا يُعرض شيء
page-reasons-constant = أعطى أحد النماذج القيمة نفسها في كل مكان، لذلك لا يُعرض شيء
page-reasons-out-of-range = أعطى أحد النماذج قيمًا خارج 0 إلى 1، لذلك لا يُعرض شيء
page-reasons-unreadable = تعذّرت قراءة الملف؛ اختره مرة أخرى
page-reasons-empty = الملف فارغ
page-reasons-not-an-image = الملف ليس صورة PNG أو JPEG أو DICOM
page-reasons-unsupported = هذا النوع من الصور غير مدعوم
page-reasons-forbidden = يحتاج الملف إلى تصحيح لا يسمح به هذا الإصدار
page-reasons-damaged = الملف تالف
page-reasons-too-large = الصورة كبيرة جدًا
page-reasons-too-slow = استغرقت قراءة الملف وقتًا طويلًا جدًا
page-reasons-no-memory = لا توجد ذاكرة كافية لهذه الصورة

## images

images-heading = الصور

images-add-heading = إضافة صور الأشعة السينية للصدر
images-add-hint = أفلت صورًا أو مجلدًا هنا، أو الصق صورة، أو اختر ملفات. PNG أو JPEG أو DICOM، صدر أمامي.
images-add-choose = اختيار صور
images-add-photograph = التقاط صورة
images-add-folder = اختيار مجلد
images-add-more = إضافة صور
images-add-example = مثال: { $title }
images-add-drawn = مجسّم: صدر مرسوم، ليس لشخص
images-add-drawnWith = مجسّم: صدر مرسوم مع { $findings }، ليس لشخص
images-add-exampleFailed = تعذّر تحميل المثال.
images-add-examples = أو جرّب مثالًا
images-add-private = تبقى الصور على هذا الجهاز.
images-add-drop = أفلت للإضافة
images-add-nothing = لم يُعثر على صورة فيما قدمته.

images-status-waiting = في الانتظار
images-status-working = قيد الحساب
images-status-done = تم
images-status-refused = لا توجد تنبؤات
images-status-failed = فشل

images-queue-progress = فُحص { $done } من { $total }
images-queue-pause = إيقاف مؤقت
images-queue-resume = متابعة
images-queue-paused = متوقف مؤقتًا
images-queue-clear = إزالة الكل
images-queue-clearAsk = إزالة الصور كلها ({ $count })؟ تُفقد الصور التي ما زالت تنتظر والنتائج التي لم تُصدَّر.
images-queue-remove = إزالة { $name }
images-queue-retry = المحاولة مرة أخرى: { $name }
images-queue-retryShort = المحاولة مرة أخرى
images-queue-none = لا علامة فوق نقطة عملها
images-queue-top = { $finding } { $value }
images-queue-said = { $name }: { $status }.
images-queue-added = { $count ->
    [one] أُضيفت صورة واحدة ({ $count }).
    [two] أُضيفت صورتان ({ $count }).
    [few] أُضيفت { $count } صور.
    [many] أُضيفت { $count } صورة.
   *[other] أُضيفت { $count } صورة.
  }
images-queue-removed = أُزيل { $name }.

images-viewer-label = عارض الصور: { $name }
images-viewer-keys = زائد وناقص للتكبير والتصغير، والأسهم للتحريك، و0 لملاءمة الصورة، وI لعكس ألوان العرض، والأقواس المربعة لجعله أغمق أو أفتح، والفاصلة والنقطة لضبط التباين، وR لإعادة ضبط العرض، وO لإظهار الطبقة أو إخفائها.
images-viewer-loading = جارٍ قراءة الصورة
images-viewer-none = اختر صورة لتراها هنا.
images-viewer-tools = أدوات العارض
images-viewer-zoomIn = تكبير
images-viewer-zoomOut = تصغير
images-viewer-fit = ملاءمة
images-viewer-invert = عكس الألوان
images-viewer-reset = إعادة ضبط العرض
images-viewer-dragWindows = اسحب لضبط السطوع والتباين
images-viewer-level = السطوع (المستوى)
images-viewer-width = التباين (عرض النافذة)
images-viewer-windowing = السطوع والتباين
images-viewer-size = { $width } × { $height } بكسل، { $levels } مستوى رمادي
images-viewer-failed = لا يمكن عرض الصورة.

images-viewer-notes-lut-descriptor = جدول تحويل في هذا الملف لا يطابق وصفه. استُخدمت قيم الجدول الفعلية؛ قارن السطوع والتباين بعارض آخر.
images-viewer-notes-presentation-lut-shape = يناقض هذا الملف نفسه فيما هو أسود وما هو أبيض. اتُّبع حقل Presentation LUT Shape فيه؛ تأكد من أن العظام فاتحة.
images-viewer-notes-pixel-aspect-ratio = وحدات البكسل في هذا الملف ليست مربعة. حُجّمت مدخلات النماذج وفقًا لذلك؛ ويُرسم هنا كل بكسل مربعًا.
images-viewer-notes-pixel-density = يذكر هذا الملف كثافة أفقية مختلفة عن الرأسية. عُدّت وحدات البكسل مربعة كما تفعل المتصفحات؛ تأكد من أن البنى المستديرة مستديرة.

images-overlay-heading = الطبقة
images-overlay-error = خطأ إعادة البناء
images-overlay-errorHint = الأحمر: حيث لم يستطع المرمّز الذاتي إعادة بناء الصورة؛ أحمر كامل ابتداءً من ربع المدى.
images-overlay-opacity = العتامة
images-overlay-map = الخريطة
images-overlay-saliency = البروز
images-overlay-cam = التنشيط (CAM)
images-overlay-saliencyHint = البروز: وحدات البكسل التي ترفع زيادة صغيرة فيها هذه العلامة. تُظهر ما ينظر إليه النموذج، لا مكان المرض.
images-overlay-camHint = خريطة التنشيط: مناطق تقريبية تدعم هذه العلامة. تُظهر ما ينظر إليه النموذج، لا مكان المرض.
images-overlay-smooth = منعّمة
images-overlay-low = منخفض
images-overlay-high = مرتفع
images-overlay-legend = الألوان نسبة إلى أقوى نقطة في هذه الخريطة
images-overlay-empty = لا شيء في هذه الصورة يدعم هذه العلامة: الخريطة فارغة.
images-overlay-computing = جارٍ حساب السبب: { $finding }
images-overlay-cancel = إلغاء
images-overlay-hide = إخفاء
images-overlay-seen = الإطار المتقطع هو ما يراه النموذج.
images-overlay-failed = لا يوجد تفسير لـ { $finding }.
images-overlay-shown = تُعرض { $map } لـ { $finding } فوق الصورة.
images-overlay-of = لماذا: { $finding }

images-export-heading = تصدير
images-export-csv = حفظ بصيغة CSV
images-export-json = حفظ بصيغة JSON
images-export-print = طباعة هذه الصورة
images-export-count = { $count ->
    [one] نتيجة واحدة ({ $count })
    [two] نتيجتان ({ $count })
    [few] { $count } نتائج
    [many] { $count } نتيجة
   *[other] { $count } نتيجة
  }
images-export-unexported = { $count ->
    [one] نتيجة واحدة ({ $count }) لم تُصدَّر بعد؛ وتُفقد عند إغلاق الصفحة.
    [two] نتيجتان ({ $count }) لم تُصدَّرا بعد؛ وتُفقدان عند إغلاق الصفحة.
    [few] { $count } نتائج لم تُصدَّر بعد؛ وتُفقد عند إغلاق الصفحة.
    [many] { $count } نتيجة لم تُصدَّر بعد؛ وتُفقد عند إغلاق الصفحة.
   *[other] { $count } نتيجة لم تُصدَّر بعد؛ وتُفقد عند إغلاق الصفحة.
  }
images-export-saved = حُفظ { $name }.

images-print-heading = ملخص صورة واحدة
images-print-file = الملف
images-print-digest = SHA-256 للملف
images-print-examined = وقت الفحص
images-print-computed = حُسب على
images-print-release = الإصدار
images-print-claim = الادعاء
images-print-manifest = SHA-256 لبيان الإصدار
images-print-selfTest = الاختبار الذاتي
images-print-tools = تم التحقق باستخدام
images-print-note = ملاحظة على الملف
images-print-picture = الصورة
images-print-overlay = مع الطبقة

## reading

reading-header = ما يقوله الملف
reading-view = وضعية التصوير
reading-bodyPart = جزء الجسم
reading-side = الجانب
reading-age = العمر
reading-years = { $age } سنة
reading-lateral = يقول الملف إن هذه صورة جانبية أو مائلة ({ $view }). النماذج لا تعرف إلا الصور الأمامية.
reading-otherPart = يقول الملف إن هذا ليس صدرًا، بل: { $part }. النماذج لا تعرف إلا الصدر.
reading-child = يقول الملف إن هذا طفل عمره { $age } سنة. دُرّبت النماذج على البالغين في معظمها.
reading-viewAlone = السطوع والتباين وهذا العكس تغيّر العرض وحده. تتلقى النماذج الصورة كما هي في الملف، أو كما صُحّحت يدويًا.
reading-presets = النوافذ
reading-own = كما يقترح الملف
reading-all = كل المستويات
reading-dark = المناطق الداكنة
reading-bright = المناطق الفاتحة
reading-atDetector = عند الكاشف؛ وفي الجسم أقل
reading-oblong = بالعرض فقط: البكسلات ليست مربعة

## many

many-table-open = جدول
many-table-heading = كل الصور والنتائج
many-table-hint = القيم على المقياس المعايَر، حيث 0.5 هي نقطة التشغيل؛ وبالخط المائل خرج النموذج حيث لا نقطة تشغيل للنتيجة. اختر اسم عمود للترتيب.
many-table-image = الصورة
many-table-status = الحالة
many-table-filter = عرض
many-table-search = الاسم يحتوي على
many-table-count = { $shown } من { $all } صورة
many-table-none = لا صورة تطابق هذا الاختيار.
many-table-reached = تبلغ نقطة تشغيلها
many-table-select = عرض { $name }
many-table-kinds-all = الكل
many-table-kinds-positive = إيجابية
many-table-kinds-negative = لا إيجابي فيها
many-table-kinds-refused = مرفوضة
many-table-kinds-failed = فشلت
many-table-kinds-waiting = لم تُفحص بعد
many-steps-heading = الانتقال إلى صورة
many-steps-positive = إيجابية
many-steps-refused = مرفوضة
many-steps-positivePrevious = الصورة الإيجابية السابقة
many-steps-positiveNext = الصورة الإيجابية التالية
many-steps-refusedPrevious = الصورة المرفوضة السابقة
many-steps-refusedNext = الصورة المرفوضة التالية
many-steps-said = تُعرض { $name }.
many-export-more = صيغ أخرى، وأسماء مستعارة
many-export-wide = ملف CSV، سطر لكل صورة
many-export-fhir = ملف FHIR (بصيغة JSON)
many-export-overlay = الطبقة بصيغة PNG
many-export-failed = تعذّر التصدير.
many-export-overlayFailed = لا طبقة معروضة.
many-export-pseudonyms = أسماء مستعارة بدل أسماء الملفات
many-export-pseudonymsHint = قد تكون أسماء الملفات أسماء مرضى. عندئذ يحمل كل تصدير وكل طباعة اسمًا عشوائيًا لكل صورة. المفتاح وحده يبيّن أيّها لأيّ صورة: احفظه قبل إغلاق الصفحة، واحتفظ به على حدة. وتبقى بصمة الملف كاشفة له لمن يملك الملف.
many-export-key = حفظ المفتاح
many-export-keyUnsaved = لم يُحفظ المفتاح بعد؛ ويُفقد عند إغلاق الصفحة.
many-forget-heading = ما يُحفظ على هذا الجهاز
many-forget-button = حذف كل ما يُحفظ على هذا الجهاز
many-forget-hint = يحذف موافقتك واللغة والاختيارات، ونتيجة الاختبار الذاتي، وملفات الصفحة والنماذج. لا تُحفظ الصور والنتائج أبدًا. ثم تُحمَّل الصفحة من خادمها من جديد.
many-forget-ask = أتريد حذف كل ما تحفظه هذه الأداة على هذا الجهاز؟ تُفقد أيضًا الصور والنتائج في هذه الصفحة.
many-forget-failed = تعذّر حذف كل شيء. احذف بيانات هذا الموقع في إعدادات المتصفح.

## findings

findings-heading = العلامات
findings-empty = تظهر النتائج هنا.
findings-waiting = تنتظر هذه الصورة دورها.
findings-working = جارٍ الحساب…
findings-computed = حُسب في { $seconds } ث على { $backend }.
findings-otherBackend = جاءت هذه الأرقام من { $then }؛ وتحسب الصفحة الآن على { $now }.

findings-labels-Atelectasis = انخماص
findings-labels-Consolidation = تكثّف رئوي
findings-labels-Infiltration = ارتشاح
findings-labels-Pneumothorax = استرواح الصدر
findings-labels-Edema = وذمة رئوية
findings-labels-Emphysema = نفاخ رئوي
findings-labels-Fibrosis = تليّف
findings-labels-Effusion = انصباب جنبي
findings-labels-Pneumonia = التهاب رئوي
findings-labels-Pleural-Thickening = تسمّك الجنبة
findings-labels-Cardiomegaly = ضخامة القلب
findings-labels-Nodule = عقيدة
findings-labels-Mass = كتلة
findings-labels-Hernia = فتق

findings-sort = الترتيب
findings-byValue = حسب القيمة
findings-fixed = ثابت
findings-finding = العلامة
findings-calibrated = معايَر
findings-output = المخرجات
findings-explain = تفسير
findings-explainOne = تفسير { $finding }
findings-calibratedCaption = من 0 إلى 1. الخط عند 0.5 هو نقطة عمل كل علامة، حُددت على { $dataset }؛ ومنه إلى { $uncertainTo }، المظلل بخطوط، تكون العلامة غير مؤكدة. هذا ليس تشخيصًا.
findings-uncalibratedHeading = دون نقطة عمل
findings-uncalibratedBeside = لا تُعرف نقطة عمل لهذه العلامات. مخرجات النموذج، من 0 إلى 1، على مقياس آخر، وليست تشخيصًا.
findings-uncalibratedAlone = ليس لهذا الإصدار نقاط عمل. مخرجات النموذج لكل علامة، من 0 إلى 1، غير معايرة، وليست تشخيصًا.

findings-standing-below = دون نقطة العمل
findings-standing-uncertain = فوق نقطة العمل، غير مؤكد
findings-standing-uncertainAt = عند نقطة العمل، غير مؤكد
findings-standing-above = فوق نقطة العمل
findings-standing-none = لا نقطة عمل: { $reason }

findings-noPoint-no-positive-image = لا صورة إيجابية
findings-noPoint-no-negative-image = لا صورة سلبية
findings-noPoint-no-threshold-is-better-than-chance = لا عتبة أفضل من الصدفة
findings-noPoint-the-best-threshold-is-0-or-1 = أفضل عتبة هي 0 أو 1

findings-raw = كل الأرقام
findings-rawOutput = مخرجات النموذج
findings-rawCalibrated = معايَر
findings-rawPoint = نقطة العمل

findings-check-heading = هل تناسب الصورة النماذج؟
findings-check-accepted = قريبة بما يكفي من صور التدريب.
findings-check-refused = ليست قريبة بما يكفي من صور التدريب: لا توجد تنبؤات.

findings-check-refusedAs-too-small = صغيرة جدًا: لا توجد تنبؤات.
findings-check-refusedAs-too-dark = داكنة جدًا: لا توجد تنبؤات.
findings-check-refusedAs-too-bright = ساطعة جدًا: لا توجد تنبؤات.
findings-check-refusedAs-no-contrast = تكاد تكون بلا تباين: لا توجد تنبؤات.
findings-check-refusedAs-lateral = تبدو صورة جانبية: لا توجد تنبؤات.
findings-check-refusedAs-turned-clockwise = تبدو مدوّرة 90° مع عقارب الساعة: هل تدوّرها؟
findings-check-refusedAs-turned-180 = تبدو مدوّرة 180°: هل تدوّرها؟
findings-check-refusedAs-turned-counter-clockwise = تبدو مدوّرة 90° عكس عقارب الساعة: هل تدوّرها؟
findings-check-refusedAs-upside-down = تبدو معكوسة من أعلى إلى أسفل: هل تقلبها؟
findings-check-refusedAs-inverted = تبدو معكوسة الألوان: MONOCHROME1؟
findings-check-refusedAs-not-frontal = ليست صورة أشعة أمامية للصدر: لا توجد تنبؤات.
findings-check-refusedAs-unlike = ليست قريبة بما يكفي من صور التدريب: لا توجد تنبؤات.

findings-check-notRun = لم يُشغَّل المصنّف على هذه الصورة.

findings-check-advice-too-small = صدّرها بعدد أكبر من البكسل؛ الصورة المصغرة أو لقطة الشاشة لا تكفي.
findings-check-advice-too-dark = صدّرها بالسطوع الذي تُقرأ به.
findings-check-advice-too-bright = صدّرها بالسطوع الذي تُقرأ به.
findings-check-advice-no-contrast = صدّرها بالتباين الذي تُقرأ به.
findings-check-advice-lateral = لا يعرف المصنّف إلا الصور الأمامية، من الأمام أو من الخلف.
findings-check-advice-turned-clockwise = أعد تدويرها 90° عكس عقارب الساعة وافتحها مرة أخرى.
findings-check-advice-turned-180 = دوّرها 180° وافتحها مرة أخرى.
findings-check-advice-turned-counter-clockwise = أعد تدويرها 90° مع عقارب الساعة وافتحها مرة أخرى.
findings-check-advice-upside-down = اعكسها وافتحها مرة أخرى؛ يجب أن يبقى اليمين واليسار في مكانهما.
findings-check-advice-inverted = ينبغي أن تكون العظام بيضاء. إذا ذكر الملف MONOCHROME1 أو MONOCHROME2 خطأً، فصدّره مرة أخرى أو اعكس ألوانه.
findings-check-advice-not-frontal = ربما تُظهر جزءًا آخر من الجسم، أو ليست صورة أشعة، أو هي مقتطعة. وقد يخطئ الفحص.
findings-check-advice-unlike = هل هي صورة أشعة أمامية للصدر، قائمة، غير مقتطعة وغير معكوسة الألوان؟

findings-check-none = لم تُقارن بصور التدريب.
findings-check-noneReason = لا يتعرف هذا الإصدار على الصور المختلفة عن الصور التي دُرّبت عليها النماذج. بالنسبة إلى صورة كهذه لا تعني الأرقام شيئًا.
findings-check-refusedReason = لم يُشغَّل المصنّف على هذه الصورة. هل هي صورة أشعة أمامية للصدر، قائمة، غير مقتطعة وغير معكوسة الألوان؟
findings-check-bySite = عتبة حددها { $site }؛ ولا يُعرف هنا كم صورة جيدة ترفض.
findings-check-ruleRate = ترفض كل الشروط معًا { $refused } من { $images } صورة من { $dataset }.
findings-check-rate = ترفض هذه العتبة { $refused } من { $images } صورة من { $dataset }.

findings-check-scores-ssim = التشابه مع إعادة بنائها (SSIM)
findings-check-scores-l1 = متوسط الفرق عن إعادة بنائها (L1)
findings-check-scores-l2 = جذر متوسط مربع الفرق عن إعادة بنائها (L2)
findings-check-scores-latent = مربع بُعد متجهها الكامن عن المركز
findings-check-scores-view = احتمال الوضعية
findings-check-scores-shorter-side = الضلع الأقصر بالبكسل
findings-check-scores-mean-level = متوسط السطوع، 0 أسود إلى 1 أبيض
findings-check-scores-contrast = التباين، الانحراف المعياري للسطوع

findings-check-ofView = احتمال أن تكون الوضعية: { $view }

findings-check-views-frontal = أمامية، قائمة
findings-check-views-lateral = جانبية
findings-check-views-turned-90-clockwise = مدوّرة 90° مع عقارب الساعة
findings-check-views-turned-180 = مدوّرة 180°
findings-check-views-turned-90-counter-clockwise = مدوّرة 90° عكس عقارب الساعة
findings-check-views-upside-down-mirrored = معكوسة من أعلى إلى أسفل
findings-check-views-inverted = معكوسة الألوان
findings-check-views-other = شيء آخر

findings-check-all = كل الشروط
findings-check-holds = متحقق
findings-check-fails = غير متحقق
findings-check-unneeded = لم يُحسب: رُفضت قبله
findings-check-atLeast = المطلوب { $limit } على الأقل
findings-check-atMost = المسموح { $limit } على الأكثر
findings-check-image = الصورة
findings-check-reconstruction = إعادة بنائها
findings-check-error = الخطأ بالأحمر
findings-check-errorLabel = خطأ إعادة البناء، بالأحمر فوق الصورة: { $percent } على الأكثر من المدى من الأسود إلى الأبيض
findings-check-show = إظهار الخطأ فوق الصورة
findings-check-details = الصورة وإعادة بنائها والخطأ

findings-failed = لم يعطِ هذا الملف أي نتيجة.

## about

about-heading = حول هذه الأداة
about-purpose = أداة بحثية مجانية على غرار نموذج أولي منشور: تُري المختصين الطبيين ما تستطيعه الشبكات العصبية وما لا تستطيعه مع صور الأشعة السينية للصدر. وهي ليست جهازًا طبيًا.
about-privacyHeading = الخصوصية والاستضافة
about-privacy = لا تغادر الصور والنتائج والإعدادات هذا الجهاز أبدًا. لا تسمح سياسة أمان الصفحة لها بالاتصال إلا بالخادم الذي جاءت منه، ولا تطلب منه إلا ملفاتها. لا توجد ملفات تعريف ارتباط ولا حسابات ولا إحصاءات. يرى مشغّل الخادم، كما في أي صفحة، أن ملفاتها طُلبت.

about-offline-storing = يجري حفظ الصفحة لاستخدامها دون اتصال.
about-offline-ready = تعمل الصفحة دون اتصال.
about-offline-unsupported = لا يحفظ هذا المتصفح الصفحة لاستخدامها دون اتصال.
about-offline-failed = تعذّر حفظ الصفحة لاستخدامها دون اتصال.

about-unstored-unavailable = لا يحفظ هذا المتصفح أي نماذج؛ فتُحمَّل من جديد في كل زيارة.
about-unstored-full = لا توجد مساحة كافية على هذا الجهاز لحفظ كل النماذج.

about-stored = يُحفظ على هذا الجهاز: موافقتك، واللغة، وأن الاختبار الذاتي اجتيز وبماذا، وملفات الصفحة والنماذج.
about-selfTest = الاختبار الذاتي
about-selfTestHeading = الاختبار الذاتي على هذا الجهاز
about-selfTestText = قبل الصورة الأولى تُحسب هنا مدخلات محفوظة وتُقارن بنتائج { $reference }.
about-passed = ناجح
about-failed = غير ناجح
about-passedOn = نجح على { $backend }، { $cases } حالة.
about-failedOn = لم ينجح على { $backend }.
about-notFinished = تعذّر إكماله: { $why }
about-remembered = من زيارة سابقة بالإصدار نفسه والمتصفح نفسه والجهاز نفسه.
about-made = { $date }، { $seconds } ث
about-again = إعادة الاختبار الذاتي
about-running = جارٍ الاختبار: { $done } من { $total }

about-columns-model = النموذج
about-columns-output = المخرجات
about-columns-measure = المقياس
about-columns-cases = الحالات
about-columns-worst = الأسوأ
about-columns-limit = الحد
about-columns-result = النتيجة

about-measures-max-abs = أكبر فرق
about-measures-relative-l2 = الفرق النسبي (L2)
about-measures-cosine = الاتجاه (جيب التمام)
about-measures-input-bytes = قيم المدخل المحضّر المختلفة
about-measures-not-finite = حالات فيها قيم ليست أرقامًا
about-measures-constant = حالات فيها قيمة واحدة لا تتغير

about-atLeast = { $limit } على الأقل
about-atMost = { $limit } على الأكثر
about-modelsHeading = النماذج
about-card = بطاقة النموذج: { $model }
about-noCard = لا توجد بطاقة نموذج

about-kinds-classifier = مصنّف
about-kinds-autoencoder = مرمّز ذاتي
about-kinds-view = فحص الوضعية
about-kinds-explanation = تفسير
about-kinds-other = نموذج

about-labelsCount = { $count } علامة
about-releaseHeading = الإصدار والأدلة
about-releaseText = حُوّلت النماذج وقورنت بـ { $reference } في متصفحات حقيقية قبل إصدارها.

about-claim-nobody = لا أحد يدّعي هذا الإصدار: فهو لا يسمّي ناشرًا ولا مفتاحًا.
about-claim-who = يدّعي { $name } هذا الإصدار. بصمة المفتاح:
about-claim-judged = حُكم عليه في { $date }، والحكم { $verdict }.
about-claim-key = المفتاح العام
about-claim-trust = من يستطيع استبدال هذه الصفحة يستطيع أن يجعلها تقول أي شيء، وهذا أيضًا. أما بمن تثق فيُقرَّر خارجها: قارن البصمة بالبصمة التي أعلنها الناشر في مكان آخر، ودع «xport verify ADDRESS --key FILE» يتحقق من الإصدار.

about-notes = إلى جانب الحكم على هذا الإصدار، بكلمات تقريره:
about-report = تقرير المقارنة
about-evidence = الأدلة (JSON)
about-digest = SHA-256 لبيان الإصدار
about-versions = إصدارات البرمجيات
about-licences = التراخيص
about-deviceHeading = هذا الجهاز
about-computeOn = الحساب على
about-fastest = الأسرع
about-computeOnHint = من بين ما تم التحقق من الإصدار عليه، وفقط إذا نجح الاختبار الذاتي هنا. التغيير يحمّل النماذج ويختبرها من جديد؛ وتبقى النتائج.
about-runsOn = حُسب على
about-renderer = الرسوميات
about-precision = الدقة
about-bits = جزء عشري من { $bits } بت
about-threads = مسارات التنفيذ
about-memory = ذاكرة النماذج
about-tried = ما جُرّب من قبل
about-diagnostics = حفظ بيانات التشخيص التقني
about-diagnosticsText = ملف عن هذا المتصفح وطرق الحساب التي جُرّبت والاختبار الذاتي، دون صور أو نتائج.

## corrections

corrections-heading = صحّح ثم اسأل مرة أخرى
corrections-tools = تصحيح الصورة، للنماذج أيضًا
corrections-explained = يدوّر الصورة التي تتلقاها النماذج أو يعكسها أو يعكس ألوانها أو يقصها. تُفحص الصورة من جديد، ويذكر كل تصدير ذلك.
corrections-left = تدوير عكس عقارب الساعة
corrections-right = تدوير مع عقارب الساعة
corrections-mirror = مرآة: تبدّل اليسار واليمين
corrections-invert = عكس الألوان للنماذج أيضًا
corrections-crop = قص حتى حافة الفيلم
corrections-undo = التراجع عن كل التصحيحات
corrections-remedies-turned-clockwise = أعد تدويرها 90° واسأل مرة أخرى
corrections-remedies-turned-180 = دوّرها 180° واسأل مرة أخرى
corrections-remedies-turned-counter-clockwise = أعد تدويرها 90° واسأل مرة أخرى
corrections-remedies-upside-down = اقلبها من أعلى إلى أسفل واسأل مرة أخرى
corrections-remedies-inverted = اعكس ألوانها واسأل مرة أخرى
corrections-remedies-crop = قصها حتى حافة الفيلم واسأل مرة أخرى
corrections-done-crop-border = مقصوصة حتى حافة الفيلم
corrections-done-turn-90 = مدوّرة 90° مع عقارب الساعة
corrections-done-turn-180 = مدوّرة 180°
corrections-done-turn-270 = مدوّرة 90° عكس عقارب الساعة
corrections-done-mirror = معكوسة كالمرآة (بُدّل اليسار واليمين)
corrections-done-invert = معكوسة الألوان
corrections-said = صُحّحت يدويًا قبل أن تراها النماذج: { $what }. ليست هذه الصورة كما هي في ملفها.
corrections-label = صُحّحت يدويًا
