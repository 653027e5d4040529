/* Who and what the demo is made of: people, registrants, accounts, settings, policies. All made
 * up; nobody real is meant. */
#include "app/demo.h"

const struct demo_user DEMO_PEOPLE[DEMO_USERS] = {
    {"周系统", ROLE_SYSADMIN},
    {"吴安全", ROLE_SECURITY},
    {"沈审核", ROLE_REVIEWER},
    {"陆审核", ROLE_REVIEWER},
    {"顾总编", ROLE_EIC},
    {"韩合规", ROLE_COMPLIANCE},
    {"叶隐私", ROLE_PRIVACY},
    {"林晓舟", 0},
    {"陈一禾", 0},
    {"赵明远", 0},
    {"孙若溪", 0},
    {"钱立言", 0},
    {"郑可心", 0},
    {"何长青", 0},
    {"许知白", 0},
    {"罗小满", 0},
    {"梁书遥", 0},
    {"读者阿木", 0},
    {"读者小鹿", 0},
    {"读者老方", 0},
    {"读者青青", 0},
    {"读者石头", 0},
    {"读者云朵", 0},
    {"读者大海", 0},
    {"读者米粒", 0},
    {"读者秋实", 0},
    {"读者南风", 0},
    {"读者北屿", 0},
    {"读者拾光", 0},
};

const struct demo_registrant DEMO_REGISTRANT[DEMO_REGISTRANTS] = {
    {CLASS_GOVERNMENT, "云溪市交通运输局（演示）", "方建平"},
    {CLASS_INSTITUTION, "云溪市图书馆（演示）", "蒋文澜"},
    {CLASS_OTHER_ORG, "云溪田野服务中心（演示）", "田守业"},
    {CLASS_INSTITUTION, "云溪市第一医院（演示）", "白敬之"},
    {CLASS_PEOPLE_ORG, "云溪市科学技术协会（演示）", "严思齐"},
    {CLASS_ENTERPRISE, "云溪一餐一饭文化有限公司（演示）", "苏小暖"},
    {CLASS_ENTERPRISE, "云溪慢行旅行社有限公司（演示）", "程远山"},
    {CLASS_GOVERNMENT, "云溪市司法局（演示）", "宋明法"},
    {CLASS_INSTITUTION, "云溪实验学校（演示）", "温如玉"},
    {CLASS_OTHER_ORG, "云溪绿水环保服务中心（演示）", "江清"},
    {CLASS_MEDIA, "云溪日报社（演示）", "纪实"},
    {CLASS_MEDIA, "云溪广播电视台（演示）", "闻声"},
    {CLASS_INDIVIDUAL, "何长青", ""},
    {CLASS_INDIVIDUAL, "郑可心", ""},
    {CLASS_INDIVIDUAL, "罗小满", ""},
    {CLASS_INDIVIDUAL, "梁书遥", ""},
    {CLASS_INDIVIDUAL, "许知白", ""},
    {CLASS_ENTERPRISE, "云溪智造科技有限公司（演示）", "于向前"},
    {CLASS_PEOPLE_ORG, "云溪市法律援助志愿者协会（演示）", "郝仁义"},
    {CLASS_INSTITUTION, "云溪市青少年宫（演示）", "唐知春"},
    {CLASS_GOVERNMENT, "云溪市生态环境局（演示）", "蓝天佑"},
    {CLASS_ENTERPRISE, "云溪单车服务有限公司（演示）", "陆路通"},
    {CLASS_OTHER_ORG, "云溪旧书新读社（演示）", "卷耳"},
    {CLASS_ENTERPRISE, "云溪稻香农业有限公司（演示）", "谷丰年"},
    {CLASS_INSTITUTION, "云溪市疾病预防控制中心（演示）", "安康"},
    {CLASS_PEOPLE_ORG, "云溪市天文爱好者协会（演示）", "星河"},
    {CLASS_ENTERPRISE, "云溪老街食品有限公司（演示）", "宋嫂子"},
    {CLASS_INDIVIDUAL, "林晓舟", ""},
    {CLASS_ENTERPRISE, "云溪新芽教育科技有限公司（演示）", "童心"},
    {CLASS_INDIVIDUAL, "顾北辰", ""},
};

const struct demo_account DEMO_ACCOUNT[DEMO_ACCOUNTS] = {
    {0, 0, "yunxi-transit", "云溪出行", "公交、地铁、道路与停车，出门前看一眼。"},
    {1, 1, "yunxi-library", "云溪图书馆", "新书、讲座、展览，城市里最安静的客厅。"},
    {2, 2, "tianye", "田野来信", "从土地里长出来的消息，写给种地和想种地的人。"},
    {3, 3, "yunxi-hospital", "云溪一院健康课", "医生讲的健康常识，不吓人，也不夸张。"},
    {4, 4, "kexue-yunxi", "科学在云溪", "把复杂的事讲明白，把没把握的事说清楚。"},
    {5, 5, "yicanyifan", "一餐一饭", "家常菜的道理：火候、时令和一点耐心。"},
    {6, 6, "manxing", "慢行地图", "走得慢一点，看得多一点。"},
    {7, 7, "yunxi-law", "云溪普法", "合同、租房、劳动、消费，遇事先懂法。"},
    {8, 8, "yunxi-school", "云溪实验学校", "课堂内外的日常，和家长一起想办法。"},
    {9, 9, "lvshui", "绿水青山笔记", "记录一条河、一片林和一座城的变化。"},
    {10, 0, "ribao-city", "云溪日报城事", "城市生活里值得记下的小事。"},
    {11, 4, "yunxi-tv-science", "云溪台科普", "十分钟讲完一个科学问题。"},
    {12, 2, "changqing", "长青种菜记", "阳台四平方米，一年十二个月。"},
    {13, 5, "kexin-kitchen", "可心小灶", "下班以后半小时，一个人也好好吃饭。"},
    {14, 6, "xiaoman", "小满在路上", "周末两天，一座小城。"},
    {15, 1, "shuyao", "书遥", "读过的书，抄下的句子，走过的书店。"},
    {16, 7, "zhibai", "知白说法", "一位律师的笔记，只讲看得懂的法律。"},
    {17, 4, "zhizao", "智造观察", "工厂里的新机器，和站在机器旁边的人。"},
    {18, 7, "yuanzhu", "法律援助热线", "请不起律师的时候，这里有人听你说。"},
    {19, 8, "qingshao", "云溪青少年宫", "美术、音乐、航模、编程：放学以后的好去处。"},
    {20, 9, "yunxi-eco", "云溪生态环境", "空气、水和土壤，每周说一次真话。"},
    {21, 0, "danche", "单车城市", "两个轮子的城市观察。"},
    {22, 1, "jiushu", "旧书新读", "旧书不旧，隔了几十年仍有话说。"},
    {23, 2, "daoxiang", "稻香农场", "一粒米从播种到上桌的一百四十天。"},
    {24, 3, "yunxi-cdc", "云溪疾控提醒", "季节换了，该注意什么，一条讲完。"},
    {25, 4, "xinghe", "抬头看星", "每月星空、观测地点和入门器材。"},
    {26, 5, "laojie", "老街味道", "老字号的做法，和做了一辈子的人。"},
    {27, 9, "xiaozhou", "晓舟观鸟", "城市里的一百种鸟。"},
    {0, 0, "yunxi-roadwork", "云溪修路通知", "哪条路在修，修到什么时候，怎么绕。"},
    {1, 1, "shaoer-tushu", "云溪少儿图书馆", "给孩子的书，和一起读书的大人。"},
    {3, 3, "yingyang", "营养门诊", "吃什么、吃多少，听营养师慢慢说。"},
    {6, 6, "yunxi-trails", "Yunxi Trails",
     "Walks and small towns around Yunxi, in Chinese and English."},
    {8, 8, "jiazhang", "家长课堂", "陪作业、管手机、谈心事：大人也要学习。"},
    {10, 3, "ribao-health", "云溪日报健康版", "本地医疗服务的消息与解读。"},
    {5, 5, "shiling", "时令食单", "二十四节气，二十四张菜单。"},
    {17, 4, "jiqiren", "机器人小课", "从一颗电机开始，做一台会走的机器人。"},
};

const char *const DEMO_SETTING[][2] = {
    {"provider_name", "云溪公器信息服务有限公司（演示）"},
    {"uscc", "91110199PDY00001XM"},
    {"province", "33"},
    {"address", "云溪市书院路 1 号（演示地址）"},
    {"icp", "浙ICP备00000000号-1（演示）"},
    {"psb", "浙公网安备00000000000000号（演示）"},
    {"contact_phone", "154 0000 0000"},
    {"contact_email", "help@example.cn"},
    {"site_name", "公器演示站"},
    {"cap_organisation", "3"},
    {"demo", "on"},
    {NULL, NULL},
};

const char *const DEMO_POLICY[][3] = {
    {"service_agreement", "公众账号服务协议",
     "本协议由平台与公众账号注册主体签订，用于演示。\n\n## 一、真实身份\n\n"
     "注册主体应当提供真实的身份信息并通过核验；前台名称可以自行选择，但不得假冒他人。\n\n"
     "## 二、发布内容\n\n- 遵守法律法规，尊重他人的名誉、隐私和著作权；\n"
     "- 引用数据和图片时注明来源；\n- 不买卖账号，不虚增阅读。\n\n"
     "## 三、平台的责任\n\n平台按照公开的规则审核内容。作出限制时说明理由和依据，"
     "注册主体可以申诉。\n\n## "
     "四、变更与终止\n\n协议变更提前三十日公示。注册主体可以随时注销账号。"},
    {"rules", "公众账号管理规则",
     "## 怎样算是好内容\n\n真实、有用、说人话。标题与正文相符，观点与事实分开。\n\n"
     "## 哪些不能发\n\n法律禁止的信息，侵害他人权益的信息，以及冒充新闻的广告。\n\n"
     "## 违规了会怎样\n\n| 情形 | 处理 |\n| --- | --- |\n| 轻微、首次 | 退回修改 |\n"
     "| 造成误导 | 下架并说明 |\n| 反复或严重 | 暂停发布直至关闭 |"},
    {"privacy", "隐私说明",
     "我们只收集法律要求和服务必需的信息。\n\n## 收集什么\n\n"
     "注册账号需要手机号；申请公众账号需要主体的身份信息，加密保存。\n\n## 谁能看到\n\n"
     "工作人员每次查看身份信息都有记录，您可以在个人中心看到。\n\n## 您的权利\n\n"
     "查阅、复制、更正、删除，以及注销账号。我们在十五个工作日内答复。"},
    {NULL, NULL, NULL},
};
